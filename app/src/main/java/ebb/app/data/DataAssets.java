package ebb.app.data;

import ebb.app.files.DurableFile;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Data that a workspace has given names and versions: where it is never changes, what is said
/// about it may.
///
/// ```
/// HOME/data/WORKSPACE/NAME/VERSION    when it was made, its type, where it is, what was sent
/// ```
public final class DataAssets {
  /// As Azure has them for assets.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,254}");

  private final Path folder;

  public DataAssets(Path home) {
    this.folder = home.resolve("data");
  }

  /// One version, which is a file or a folder.
  ///
  /// @param madeMillis when it was made
  /// @param type `uri_file` or `uri_folder`
  /// @param address where it is, as a [DataAddress] reads it
  /// @param content the properties as they were sent
  public record Version(
      String name, String version, long madeMillis, String type, String address, String content) {}

  /// Keeps a version; durable when this returns. False if it was there.
  ///
  /// @throws DataRefused if the name is unfit, or the version is there and is other data
  public synchronized boolean put(Scope workspace, Version sent) throws IOException, DataRefused {
    for (String name : List.of(sent.name(), sent.version())) {
      if (!NAME.matcher(name).matches()) {
        throw new DataRefused(
            "'%s' is no name or version: letters, digits, '-', '_' and '.' are allowed, 255 at most."
                .formatted(name));
      }
    }
    Optional<Version> there = find(workspace, sent.name(), sent.version());
    if (there.isPresent()
        && !(there.get().address().equals(sent.address())
            && there.get().type().equals(sent.type()))) {
      throw new DataRefused(
          "The data %s has a version %s that is something else: versions do not change, send another one."
              .formatted(sent.name(), sent.version()));
    }
    long made = there.map(Version::madeMillis).orElse(sent.madeMillis());
    String text =
        String.join("\n", String.valueOf(made), sent.type(), sent.address(), sent.content());
    Path file = folder(workspace, sent.name()).resolve(key(sent.version()));
    Files.createDirectories(file.resolveSibling(""));
    DurableFile.replace(file, text);
    return there.isEmpty();
  }

  /// Takes a version away, and its name with the last one. False if there was none.
  public synchronized boolean remove(Scope workspace, String name, String version)
      throws IOException {
    return NAME.matcher(name).matches()
        && NAME.matcher(version).matches()
        && Files.deleteIfExists(folder(workspace, name).resolve(key(version)));
  }

  private Path folder(Scope workspace) {
    try {
      byte[] key = workspace.key().getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
      return folder.resolve(HexFormat.of().formatHex(hash).substring(0, 16));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private Path folder(Scope workspace, String name) {
    return folder(workspace).resolve(key(name));
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  public Optional<Version> find(Scope workspace, String name, String version) throws IOException {
    if (!NAME.matcher(name).matches() || !NAME.matcher(version).matches()) {
      return Optional.empty();
    }
    Path file = folder(workspace, name).resolve(key(version));
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String[] parts = Files.readString(file).split("\n", 4);
    return Optional.of(
        new Version(name, version, Long.parseLong(parts[0]), parts[1], parts[2], parts[3]));
  }

  /// The names that there are after one, sorted.
  public List<String> names(Scope workspace, String after) throws IOException {
    List<String> names = listed(folder(workspace));
    names.removeIf(name -> name.compareTo(after) <= 0);
    return names;
  }

  /// The versions of a name, the newest first.
  public List<Version> versions(Scope workspace, String name) throws IOException {
    List<Version> versions = new ArrayList<>();
    if (NAME.matcher(name).matches()) {
      for (String version : listed(folder(workspace, name))) {
        find(workspace, name, version).ifPresent(versions::add);
      }
    }
    versions.sort(
        Comparator.comparingLong(Version::madeMillis).thenComparing(Version::version).reversed());
    return versions;
  }

  private static List<String> listed(Path folder) throws IOException {
    List<String> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          String name = file.getFileName().toString();
          if (!name.endsWith(".new")) {
            found.add(name);
          }
        }
      }
    }
    found.sort(null);
    return found;
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
