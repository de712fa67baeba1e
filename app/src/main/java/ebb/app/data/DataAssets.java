package ebb.app.data;

import ebb.app.files.VersionFiles;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Data that a workspace has given names and versions: where it is never changes, what is said
/// about it may. They are the workspace's own: one that is made again under its name has none.
///
/// Each version is a small file, `HOME/data/WORKSPACE/NAME/VERSION.json`.
public final class DataAssets {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final VersionFiles files;
  private final Function<Scope, WorkspaceId> ids;

  /// @param ids which workspace it is that has a name now
  public DataAssets(Path home, Function<Scope, WorkspaceId> ids) {
    this.files = new VersionFiles(home.resolve("data"));
    this.ids = ids;
  }

  /// One version, which is a file or a folder.
  ///
  /// @param madeMillis when it was made
  /// @param type `uri_file` or `uri_folder`
  /// @param address where it is, as a [DataAddress] reads it
  /// @param content the properties as they were sent
  public record Version(
      String name, String version, long madeMillis, String type, String address, String content) {}

  private String owner(Scope workspace) {
    return ids.apply(workspace).toString();
  }

  /// Keeps a version; durable when this returns. False if it was there.
  ///
  /// @throws DataRefused if the name is unfit, or the version is there and is other data
  public synchronized boolean put(Scope workspace, Version sent) throws IOException, DataRefused {
    String unfit = VersionFiles.unfit(sent.name(), sent.version());
    if (unfit != null) {
      throw new DataRefused(unfit);
    }
    Optional<Version> there = find(workspace, sent.name(), sent.version());
    if (there.isPresent()
        && !(there.get().address().equals(sent.address())
            && there.get().type().equals(sent.type()))) {
      throw new DataRefused(
          "The data %s has a version %s that is something else: versions do not change, send another one."
              .formatted(sent.name(), sent.version()));
    }
    Version kept =
        there.isEmpty()
            ? sent
            : new Version(
                there.get().name(),
                there.get().version(),
                there.get().madeMillis(),
                sent.type(),
                sent.address(),
                sent.content());
    files.replace(owner(workspace), sent.name(), sent.version(), JSON.writeValueAsString(kept));
    return there.isEmpty();
  }

  /// Takes a version away, and its name with the last one. False if there was none.
  public synchronized boolean remove(Scope workspace, String name, String version)
      throws IOException {
    return files.remove(owner(workspace), name, version);
  }

  /// A version, by any spelling of its name; empty if there is none.
  public Optional<Version> find(Scope workspace, String name, String version) throws IOException {
    Optional<String> text = files.find(owner(workspace), name, version);
    try {
      return text.map(content -> JSON.readValue(content, Version.class));
    } catch (JacksonException damaged) {
      throw new IOException(
          "the file of the data asset %s:%s is damaged".formatted(name, version), damaged);
    }
  }

  /// The names that there are after one, sorted, in lower case.
  public List<String> names(Scope workspace, String after) throws IOException {
    return files.names(owner(workspace), after);
  }

  /// The versions of a name, the newest first.
  public List<Version> versions(Scope workspace, String name) throws IOException {
    List<Version> versions = new ArrayList<>();
    for (String version : files.versionsOf(owner(workspace), name)) {
      find(workspace, name, version).ifPresent(versions::add);
    }
    versions.sort(
        Comparator.comparingLong(Version::madeMillis).thenComparing(Version::version).reversed());
    return versions;
  }

  /// Where all data of a workspace is.
  public List<String> addresses(Scope workspace) throws IOException {
    List<String> addresses = new ArrayList<>();
    for (String name : names(workspace, "")) {
      versions(workspace, name).forEach(version -> addresses.add(version.address()));
    }
    return addresses;
  }
}
