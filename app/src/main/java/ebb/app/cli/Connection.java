package ebb.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The server of a home, asked over HTTP. Where it listens is in the home's `server.json`, what
/// opens its door in the file `token`, which is never shown.
final class Connection {
  static final JsonMapper JSON = JsonMapper.shared();

  private static final String VERSION = "api-version=2024-04-01";
  private static final int CONNECT_MILLIS = 5_000;

  /// A read that waits for the engine is answered within half a minute, or told that it was not.
  private static final int READ_MILLIS = 60_000;

  /// What was sent is hashed and made durable before it is answered.
  private static final int SEND_MILLIS = 600_000;

  private static final int PIECE_BYTES = 64 << 10;

  private static final long DELETE_POLL_MILLIS = 200;

  private static final long DELETE_WITHIN_MILLIS = 15 * 60_000L;

  private final Place place;
  private final String server;
  private final String token;
  private final KnownServer known;
  private final boolean tellsOfWaiting;

  private Connection(Place place, String server, String token, boolean tellsOfWaiting) {
    this.place = place;
    this.server = server;
    this.token = token;
    this.tellsOfWaiting = tellsOfWaiting;
    this.known = new KnownServer(place.folder());
  }

  /// For a command that somebody has typed: before it is done, what was begun before is looked
  /// after.
  static Connection to(Place place) {
    LocalJob.takeUp();
    return open(place);
  }

  static Connection open(Place place) {
    OwnServer server = new OwnServer(place.folder());
    JsonNode address = server.running();
    if (address == null) {
      boolean starts = place.isDefaultHome() && OwnServer.canStart();
      address = starts ? server.start() : server.awaited();
    }
    return at(place, address);
  }

  /// For what only looks on: a server that somebody has stopped is not started for it.
  static Connection running(Place place) {
    return at(place, new OwnServer(place.folder()).running());
  }

  /// The same for who asks again and again, and shows by other means that it goes on.
  Connection quiet() {
    return new Connection(place, server, token, false);
  }

  private static Connection at(Place place, @Nullable JsonNode address) {
    Path home = place.folder();
    if (address == null) {
      throw Failed.refused(
          "NoServer",
          "no server runs on " + home + ": start one with 'ebb serve', or name another --home.");
    }
    try {
      String token = Files.readString(home.resolve("token")).strip();
      return new Connection(place, address.path("url").asString(), token, true);
    } catch (IOException unreadable) {
      throw Failed.refused(
          "HomeUnreadable", home + " cannot be read: " + unreadable.getMessage() + ".");
    }
  }

  Place place() {
    return place;
  }

  /// Asks Azure's path below the workspace and answers what is there.
  JsonNode arm(String method, String path, @Nullable JsonNode body) {
    return json(method, place.arm() + path + (path.contains("?") ? "&" : "?") + VERSION, body);
  }

  /// The same for a path below the subscription.
  JsonNode ofSubscription(String path) {
    String subscription = "/subscriptions/" + place.subscriptionName();
    return json("GET", subscription + path + "?" + VERSION, null);
  }

  /// Asks Ebb's own path below the workspace.
  JsonNode own(String method, String path, @Nullable JsonNode body) {
    return json(method, place.own() + path, body);
  }

  /// Asks one of Ebb's own paths that belong to no workspace.
  JsonNode ofServer(String path) {
    return json("GET", path, null);
  }

  /// What somebody who looks on has to know first: that the server starts nothing, and what to do;
  /// null if there is nothing of the kind.
  @Nullable String warning() {
    try {
      return ofServer("/health").path("status").asString("").equals("safe mode")
          ? "SAFE MODE: the server starts nothing. Its log says what to report; 'ebb serve --stop' and a new start end it."
          : null;
    } catch (Failed failed) {
      return null; // what is asked next says it better
    }
  }

  /// The same, for what changes something.
  JsonNode toServer(String method, String path, @Nullable JsonNode body) {
    return json(method, path, body);
  }

  /// Where the workspace is, or would be made.
  String location() {
    return look(() -> arm("GET", "", null).path("location").asString(), place.location());
  }

  /// All rows of a list, page after page.
  List<JsonNode> all(String path, String rows) {
    return first(path, rows, Integer.MAX_VALUE);
  }

  /// The first `most` rows of a list; no page is asked for that is not needed.
  List<JsonNode> first(String path, String rows, int most) {
    return first(arm(rows.equals("nodes") ? "POST" : "GET", path, null), rows, most);
  }

  /// The workspaces of the group that was typed, or of the subscription.
  List<JsonNode> workspaces() {
    String in = place.group == null ? "" : "/resourceGroups/" + encoded(place.group);
    JsonNode page = ofSubscription(in + Place.PROVIDER + "/workspaces");
    return first(page, "value", Integer.MAX_VALUE);
  }

  private List<JsonNode> first(JsonNode begin, String rows, int most) {
    List<JsonNode> found = new ArrayList<>();
    JsonNode page = begin;
    while (true) {
      page.path(rows).forEach(found::add);
      String next = page.path("nextLink").asString("");
      if (next.isEmpty() || found.size() >= most) {
        return found.subList(0, Math.min(most, found.size()));
      }
      page = json("GET", next.substring(next.indexOf("/subscriptions/")), null);
    }
  }

  /// What a list of the workspace holds. Nothing is in the default one before something was created
  /// in it; any other one that is not there was mistyped, and looking must not make it.
  ///
  /// @param nothing what it holds if nothing was ever created
  <T> T look(Supplier<T> list, T nothing) {
    try {
      return list.get();
    } catch (Failed failed) {
      if (!failed.isAbsence()) {
        throw failed;
      }
      if (place.isDefaultWorkspace()) {
        return nothing;
      }
      throw new Failed(
          "ResourceNotFound",
          "there is no workspace '%s' in resource group '%s' of subscription '%s': name another with -w, -g and --subscription, or create something in it, which makes it."
              .formatted(place.workspaceName(), place.groupName(), place.subscriptionName()),
          Failed.ABSENT);
    }
  }

  /// Whether there is something at a path of Azure's below the workspace.
  boolean exists(String path) {
    try {
      arm("GET", path, null);
      return true;
    } catch (Failed gone) {
      if (gone.isAbsence()) {
        return false;
      }
      throw gone;
    }
  }

  /// Returns when nothing is at the path any more. The last node of what is deleted is gone within
  /// the bound on releases, or overdue: then nobody waits on.
  void awaitDeleted(String name, String path, String whatToDo) {
    Progress progress = new Progress("deleting " + name);
    long until = System.currentTimeMillis() + DELETE_WITHIN_MILLIS;
    Connection again = quiet();
    while (again.exists(path)) {
      if (System.currentTimeMillis() > until) {
        throw Failed.refused("StillDeleting", name + " is still there: " + whatToDo + ".");
      }
      progress.pause(DELETE_POLL_MILLIS);
    }
    progress.end();
  }

  /// Whether the workspace is there.
  boolean hasWorkspace() {
    return look(() -> own("GET", "", null).isObject(), false);
  }

  /// The rows of a list of the server's that concern the workspace, where one was typed; else all.
  ///
  /// @param scopes those that a row is of
  List<JsonNode> concerned(String path, Function<JsonNode, Stream<JsonNode>> scopes) {
    boolean all = !place.isNamed();
    if (!all) {
      hasWorkspace(); // whoever mistypes a name is told
    }
    return ofServer(path)
        .path("value")
        .valueStream()
        .filter(row ->
            all || scopes.apply(row).anyMatch(scope -> place.isConcernedBy(scope.asString())))
        .toList();
  }

  /// Makes the workspace that something is created in if it is not there: it costs nothing, and
  /// whoever types a first command has none.
  void ensureWorkspace() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("location", place.location());
    try {
      arm("GET", "", null);
    } catch (Failed absent) {
      if (!absent.code().equals("ResourceNotFound")) {
        throw absent;
      }
      arm("PUT", "", body);
      System.err.println(
          "ebb: made the workspace %s in %s".formatted(place.workspaceName(), place.groupName()));
    }
  }

  static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// What was put, and whether it is there since then: the same may have been there already.
  record Put(JsonNode body, boolean isNew) {}

  /// Puts something by Azure's path below the workspace.
  Put put(String path, JsonNode body) {
    Answer answer = ask("PUT", place.arm() + path + "?" + VERSION, body);
    return new Put(answer.body(), answer.status() == 201);
  }

  private JsonNode json(String method, String path, @Nullable JsonNode body) {
    return ask(method, path, body).body();
  }

  /// What a request that was not refused has come to.
  private record Answer(int status, JsonNode body) {}

  private Answer ask(String method, String path, @Nullable JsonNode body) {
    try (Awaited _ = new Awaited(server, READ_MILLIS, tellsOfWaiting)) {
      HttpURLConnection asked = open(method, path, READ_MILLIS, body);
      byte[] answer = read(asked);
      int status = asked.getResponseCode();
      if (status >= 400) {
        throw refused(status, answer);
      }
      return new Answer(
          status, answer.length == 0 ? JsonNodeFactory.instance.nullNode() : JSON.readTree(answer));
    } catch (JacksonException other) {
      throw unreachable(new IOException("what answers there is no server of Ebb's", other));
    } catch (IOException broken) {
      throw unreachable(broken);
    }
  }

  /// Whether something is at a path of Ebb's own below the workspace.
  boolean has(String path) {
    try {
      int status = open("HEAD", place.own() + path, READ_MILLIS, null).getResponseCode();
      if (status != 200 && status != 404) {
        throw refused(status, new byte[0]);
      }
      return status == 200;
    } catch (IOException broken) {
      throw unreachable(broken);
    }
  }

  /// Writes what is sent.
  interface Sending {
    void to(OutputStream out) throws IOException;
  }

  /// Sends bytes to a path of Ebb's own below the workspace.
  void send(String path, Sending sending) {
    try {
      HttpURLConnection asked = request("PUT", place.own() + path, SEND_MILLIS);
      asked.setDoOutput(true);
      asked.setChunkedStreamingMode(PIECE_BYTES);
      try (OutputStream out = asked.getOutputStream()) {
        sending.to(out);
      } catch (IOException partial) {
        throw Failed.refused(
            "NotSent",
            "what was sent did not arrive whole (%s): if a file changed meanwhile, send it again."
                .formatted(partial.getMessage()));
      }
      byte[] answer = read(asked);
      if (asked.getResponseCode() >= 400) {
        throw refused(asked.getResponseCode(), answer);
      }
    } catch (IOException broken) {
      throw unreachable(broken);
    }
  }

  /// What is written at a path of Ebb's own below the workspace, as it comes.
  InputStream stream(String path) {
    try {
      HttpURLConnection asked = open("GET", place.own() + path, 0, null);
      if (asked.getResponseCode() >= 400) {
        throw refused(asked.getResponseCode(), read(asked));
      }
      return asked.getInputStream();
    } catch (IOException broken) {
      throw unreachable(broken);
    }
  }

  private Failed unreachable(IOException broken) {
    if (broken instanceof SocketTimeoutException && new OwnServer(place.folder()).isAlive()) {
      return Failed.refused(
          "ServerUnreachable",
          "the server of %s runs and does not answer at %s (%s): see its log, and ask again; 'ebb serve --stop' ends it, and what runs goes on."
              .formatted(place.folder(), server, broken.getMessage()));
    }
    return Failed.refused(
        "ServerUnreachable",
        "the server of %s does not answer at %s (%s): start it again with 'ebb serve'."
            .formatted(place.folder(), server, broken.getMessage()));
  }

  /// azure-cli ends with 3 where something is not there, and with 1 otherwise.
  private static Failed refused(int status, byte[] answer) {
    JsonNode error;
    try {
      error = JSON.readTree(answer).path("error");
    } catch (JacksonException other) {
      error = JsonNodeFactory.instance.missingNode();
    }
    return new Failed(
        error.path("code").asString("HTTP " + status),
        error.path("message").asString("the server refused, and did not say why."),
        status == 404 ? Failed.ABSENT : Failed.REFUSED);
  }

  private HttpURLConnection open(
      String method, String path, int readMillis, @Nullable JsonNode body) throws IOException {
    HttpURLConnection asked = request(method, path, readMillis);
    asked.setRequestProperty("Content-Type", "application/json");
    if (body != null) {
      asked.setDoOutput(true);
      asked.getOutputStream().write(JSON.writeValueAsBytes(body));
    }
    return asked;
  }

  @SuppressWarnings("HttpUrlsUsage") // the loopback address
  private HttpURLConnection request(String method, String path, int readMillis) throws IOException {
    HttpURLConnection asked =
        (HttpURLConnection) URI.create(server + path).toURL().openConnection();
    if (asked instanceof HttpsURLConnection secure) {
      known.applyTo(secure);
    }
    asked.setRequestMethod(method);
    asked.setConnectTimeout(CONNECT_MILLIS);
    asked.setReadTimeout(readMillis);
    asked.setRequestProperty("Authorization", "Bearer " + token);
    return asked;
  }

  private static byte[] read(HttpURLConnection asked) throws IOException {
    InputStream from =
        asked.getResponseCode() >= 400 ? asked.getErrorStream() : asked.getInputStream();
    if (from == null) {
      return new byte[0];
    }
    try (from) {
      return from.readAllBytes();
    }
  }
}
