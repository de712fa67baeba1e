package ebb.app.data;

import ebb.kernel.protocol.Scope;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where data is, as a job names it. Nothing that a job can write names a path of the machine.
public sealed interface DataAddress {
  /// Files that were sent as code is: `ebb://code/HASH` or `ebb://code/HASH/path`.
  record Sent(String hash, String path) implements DataAddress {}

  /// A file on the web.
  record OnWeb(URI uri) implements DataAddress {
    /// The name that the file gets: the last part of its path.
    public String fileName() {
      String path = uri.getPath() == null ? "" : uri.getPath();
      String last = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
      return last.isEmpty() || last.matches("\\.+") ? "file" : last;
    }
  }

  /// A path in a datastore; empty for all of it.
  record InDatastore(String datastore, String path) implements DataAddress {}

  Pattern SENT = Pattern.compile("ebb://code/([0-9a-f]{64})(?:/(.*))?");

  Pattern DATASTORE =
      Pattern.compile(
          "azureml://(?:subscriptions/([^/]+)/resource[gG]roups/([^/]+)"
              + "/(?:providers/Microsoft\\.MachineLearningServices/)?workspaces/([^/]+)/)?"
              + "datastores/([^/]+)/paths(?:/(.*))?");

  /// An address as it is told of: without its query, which lets in whoever has it where an address
  /// is signed, and without user or password.
  static String told(String address) {
    return address.replaceFirst("(?s)[?#].*", "").replaceFirst("//[^/]*@", "//");
  }

  /// Reads an address that a job of this workspace names.
  static DataAddress parse(String text, Scope workspace) throws DataRefused {
    Matcher sent = SENT.matcher(text);
    if (sent.matches()) {
      return new Sent(sent.group(1), path(sent.group(2), text));
    }
    Matcher datastore = DATASTORE.matcher(text);
    if (datastore.matches()) {
      requireSame(datastore, workspace, text);
      return new InDatastore(datastore.group(4), path(datastore.group(5), text));
    }
    if (text.toLowerCase(Locale.ROOT).matches("https?://.+")) {
      return new OnWeb(web(text));
    }
    throw new DataRefused(
        "'"
            + told(text)
            + "' is no place for data: there are azureml://datastores/NAME/paths/PATH, https://HOST/FILE, and local"
            + " paths, which the command line sends first. A path of the server's machine must lie in a datastore"
            + " that an owner registers.");
  }

  private static void requireSame(Matcher long_, Scope workspace, String text) throws DataRefused {
    boolean isSame =
        long_.group(1) == null
            || Scope.workspace(long_.group(1), long_.group(2), long_.group(3))
                .key()
                .equals(workspace.key());
    if (!isSame) {
      throw new DataRefused(
          "'" + text + "' is in another workspace: use a datastore that this one may use.");
    }
  }

  private static URI web(String text) throws DataRefused {
    try {
      URI uri = new URI(text);
      if (uri.getHost() != null && uri.getUserInfo() == null) {
        requireSecure(uri);
        return uri;
      }
    } catch (URISyntaxException malformed) {
      throw new DataRefused("'" + told(text) + "' is no address: " + malformed.getReason() + ".");
    }
    throw new DataRefused("An address on the web has a host, and no user or password in it.");
  }

  /// Whoever is on the way could change what comes without https. This machine itself is looked at
  /// when the file is fetched.
  private static void requireSecure(URI uri) throws DataRefused {
    if (!"https".equalsIgnoreCase(uri.getScheme())
        && !uri.getHost().matches("(?i)localhost|127\\.[0-9.]+|\\[::1\\]")) {
      throw new DataRefused(
          "'%s' is not fetched: only https is, so that nobody can change it."
              .formatted(told(uri.toString())));
    }
  }

  /// Without slashes at its ends; never one that leads up.
  private static String path(@org.jspecify.annotations.Nullable String path, String text)
      throws DataRefused {
    if (path == null) {
      return "";
    }
    // Looking behind: each slash of a run in the middle would else be tried up to the run's end.
    String trimmed = path.replaceAll("^/+|(?<!/)/+$", "").replaceAll("/+", "/");
    for (String name : trimmed.split("/", -1)) {
      if (name.equals(".") || name.equals("..") || name.chars().anyMatch(c -> c < ' ')) {
        throw new DataRefused("'" + text + "' has a part that is '.', '..' or unreadable.");
      }
    }
    return trimmed;
  }
}
