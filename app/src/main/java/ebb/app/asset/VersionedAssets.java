package ebb.app.asset;

import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Assets of one kind that workspaces have given names and versions: what a version is never
/// changes, what is said about it may. They are the workspace's own: one that is made again under
/// its name has none.
///
/// Each version is a small file, `FOLDER/WORKSPACE/NAME/VERSION.json`.
public final class VersionedAssets {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final VersionFiles files;
  private final Function<Scope, WorkspaceId> ids;
  private long lastMillis;

  /// @param ids which workspace it is that has a name now
  public VersionedAssets(Path folder, Function<Scope, WorkspaceId> ids) {
    this.files = new VersionFiles(folder);
    this.ids = ids;
  }

  /// One version.
  ///
  /// @param madeMillis when it was made, each later than the one before; set as it is kept
  /// @param fixed what it is, which never changes
  /// @param address where its files are; empty if it has none
  /// @param content all its properties, as they were sent
  /// @param archived whether it is left out where somebody looks for what there is
  public record Version(
      String name,
      String version,
      long madeMillis,
      String fixed,
      String address,
      String content,
      boolean archived) {}

  private String owner(Scope workspace) {
    return ids.apply(workspace).toString();
  }

  /// Why there can be no version of such a name; null if there can.
  public static @Nullable String unfit(String name, String version) {
    return VersionFiles.unfit(name, version);
  }

  /// Why there can be no such version, or not this one; nothing is changed. Answers the one that is
  /// there and is the same, if any.
  public Optional<Version> check(Scope workspace, String name, String version, String fixed)
      throws IOException, AssetRefused {
    String unfit = VersionFiles.unfit(name, version);
    if (unfit != null) {
      throw new AssetRefused(unfit, false);
    }
    Optional<Version> there = find(workspace, name, version);
    if (there.isPresent() && !there.get().fixed().equals(fixed)) {
      throw new AssetRefused(
          "%s has a version %s that is something else: versions do not change, send another one."
              .formatted(name, version),
          true);
    }
    return there;
  }

  /// Keeps a version, or what is said about it now; durable when this returns. Answers what is
  /// kept: one that was there stays where it is, and was made when it was.
  public synchronized Version put(Scope workspace, Version sent) throws IOException, AssetRefused {
    Optional<Version> there = check(workspace, sent.name(), sent.version(), sent.fixed());
    lastMillis = Math.max(lastMillis + 1, System.currentTimeMillis());
    Version made = there.orElse(sent);
    Version kept =
        new Version(
            made.name(),
            made.version(),
            there.isPresent() ? made.madeMillis() : lastMillis,
            made.fixed(),
            made.address(),
            sent.content(),
            sent.archived());
    files.replace(owner(workspace), kept.name(), kept.version(), JSON.writeValueAsString(kept));
    return kept;
  }

  /// Keeps what is said now about a version that is there; empty if it is not, or no more.
  public synchronized Optional<Version> say(
      Scope workspace, String name, String version, String content, boolean isArchived)
      throws IOException, AssetRefused {
    Optional<Version> there = find(workspace, name, version);
    return there.isEmpty()
        ? there
        : Optional.of(
            put(
                workspace,
                new Version(
                    name,
                    version,
                    0,
                    there.get().fixed(),
                    there.get().address(),
                    content,
                    isArchived)));
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
      throw new IOException("the file of %s:%s is damaged".formatted(name, version), damaged);
    }
  }

  /// What a name means without a version: the newest that is not archived. Versions have no order
  /// of their own.
  public Optional<Version> latest(Scope workspace, String name) throws IOException {
    return versions(workspace, name).stream().filter(each -> !each.archived()).findFirst();
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

  /// Names to choose from for [Likely]: not all where there are very many, sorted, in lower case.
  public List<String> someNames(Scope workspace) throws IOException {
    return files.someNames(owner(workspace), Likely.LOOKED_AT + 1);
  }

  /// The same of the versions of a name, archived ones too; what they say is not read.
  public List<String> someVersions(Scope workspace, String name) throws IOException {
    return files.someVersions(owner(workspace), name, Likely.LOOKED_AT + 1);
  }

  /// Where all files of a workspace's assets are.
  public List<String> addresses(Scope workspace) throws IOException {
    List<String> addresses = new ArrayList<>();
    for (String name : names(workspace, "")) {
      versions(workspace, name).forEach(version -> addresses.add(version.address()));
    }
    return addresses;
  }
}
