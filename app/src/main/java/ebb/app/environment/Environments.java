package ebb.app.environment;

import ebb.app.files.DurableFile;
import ebb.app.specification.Specification;
import ebb.app.specification.Specification.Environment;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The environments that users have given a name and a version, and what any reference to one
/// means.
///
/// Each version is a small file, `HOME/environments/WORKSPACE/NAME/VERSION.json`; what it says
/// never changes.
public final class Environments {
  /// An environment's id ends with this name where it means the machine's own programs.
  public static final String HOST = "ebb-host";

  private static final String OWN_NAMES = "environments.yaml";

  /// As Azure has them for assets.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,254}");

  private static final Pattern REGISTRY =
      Pattern.compile(
          "(?i)azureml://registries/([^/]+)/environments/([^/]+)(?:/(?:labels|versions)/([^/]+))?");

  private static final Pattern ARM =
      Pattern.compile("(?i)(?:azureml:)?.*/environments/([^/]+)/(?:versions|labels)/([^/]+)");

  private static final Pattern SHORT =
      Pattern.compile("(?i)(?:azureml:)?([A-Za-z0-9][A-Za-z0-9_.-]*)(?:[:@]([A-Za-z0-9_.-]+))?");

  private final Path folder;
  private final Path ownNames;
  private final KnownNames names;

  private Environments(Path home, KnownNames names) {
    this.folder = home.resolve("environments");
    this.ownNames = home.resolve(OWN_NAMES);
    this.names = names;
  }

  /// Opens what a home has kept. The operator's file of names is read once, at the start.
  public static Environments open(Path home) throws IOException {
    return new Environments(home, KnownNames.open(home.resolve(OWN_NAMES)));
  }

  /// A version as it was sent.
  ///
  /// @param content the text of its properties
  public record Version(String name, String version, String content) {}

  /// Keeps a version; durable when this returns. False if it was there and says the same.
  ///
  /// @throws EnvironmentRefused if the name is unfit, or the version is there and says something
  ///   else
  public synchronized boolean put(Scope workspace, Version sent)
      throws IOException, EnvironmentRefused {
    check(sent.name());
    check(sent.version());
    Optional<Version> there = find(workspace, sent.name(), sent.version());
    if (there.isPresent()) {
      if (there.get().content().equals(sent.content())) {
        return false;
      }
      throw new EnvironmentRefused(
          "The environment %s has a version %s that says something else: versions do not change, send another one."
              .formatted(sent.name(), sent.version()));
    }
    Path file = file(workspace, sent.name(), sent.version());
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    DurableFile.replace(file, sent.content());
    return true;
  }

  private static void check(String name) throws EnvironmentRefused {
    if (!NAME.matcher(name).matches()) {
      throw new EnvironmentRefused(
          "'"
              + name
              + "' is no name or version: letters, digits, '-', '_' and '.' are allowed, 255 at most.");
    }
  }

  private Path file(Scope workspace, String name, String version) {
    return names(workspace).resolve(key(name)).resolve(key(version) + ".json");
  }

  private Path names(Scope workspace) {
    return folder.resolve(
        Specification.hashOf(workspace.key().getBytes(StandardCharsets.UTF_8)).substring(0, 16));
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  public Optional<Version> find(Scope workspace, String name, String version) throws IOException {
    if (!NAME.matcher(name).matches() || !NAME.matcher(version).matches()) {
      return Optional.empty();
    }
    Path file = file(workspace, name, version);
    return Files.exists(file)
        ? Optional.of(new Version(name, version, Files.readString(file)))
        : Optional.empty();
  }

  /// The names that there are, sorted.
  public List<String> names(Scope workspace, String after) throws IOException {
    return listed(names(workspace), after);
  }

  /// The versions of a name, sorted by their texts.
  public List<String> versions(Scope workspace, String name) throws IOException {
    return NAME.matcher(name).matches()
        ? listed(names(workspace).resolve(key(name)), "").stream()
            .map(file -> file.replaceFirst("\\.json$", ""))
            .toList()
        : List.of();
  }

  /// The version that was sent last, whatever its name: they have no order of their own.
  public Optional<String> latest(Scope workspace, String name) throws IOException {
    String latest = null;
    FileTime sent = null;
    for (String version : versions(workspace, name)) {
      FileTime at = Files.getLastModifiedTime(file(workspace, name, version));
      if (sent == null || at.compareTo(sent) >= 0) {
        latest = version;
        sent = at;
      }
    }
    return Optional.ofNullable(latest);
  }

  private static List<String> listed(Path folder, String after) throws IOException {
    List<String> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          String name = file.getFileName().toString();
          if (!name.endsWith(".new") && name.compareTo(after) > 0) {
            found.add(name);
          }
        }
      }
    }
    found.sort(null);
    return found;
  }

  /// Whether a reference means the machine's own programs; so does none at all.
  public static boolean isHost(String reference) {
    Matcher arm = ARM.matcher(reference);
    Matcher parts = arm.matches() ? arm : SHORT.matcher(reference);
    return reference.isEmpty() || (parts.matches() && parts.group(1).equalsIgnoreCase(HOST));
  }

  /// What a job that names this environment finds.
  ///
  /// @throws EnvironmentRefused if nobody knows what it means
  public Environment resolve(Scope workspace, String reference)
      throws IOException, EnvironmentRefused {
    Matcher registry = REGISTRY.matcher(reference);
    if (registry.matches()) {
      String name = registry.group(1) + "/" + registry.group(2);
      return names.find(name).orElseThrow(() -> unknown(reference, name));
    }
    Matcher parts = ARM.matcher(reference);
    if (!parts.matches()) {
      parts = SHORT.matcher(reference);
    }
    if (!parts.matches()) {
      throw new EnvironmentRefused("'" + reference + "' is no name of an environment.");
    }
    String name = parts.group(1);
    if (name.equalsIgnoreCase(HOST)) {
      return new Specification.HostEnvironment();
    }
    Optional<Version> version = version(workspace, name, parts.group(2));
    if (version.isPresent()) {
      return read(version.get());
    }
    return names.find(name).orElseThrow(() -> unknown(reference, name));
  }

  private Optional<Version> version(Scope workspace, String name, @Nullable String asked)
      throws IOException {
    Optional<String> version =
        asked == null || asked.equalsIgnoreCase("latest")
            ? latest(workspace, name)
            : Optional.of(asked);
    return version.isPresent() ? find(workspace, name, version.get()) : Optional.empty();
  }

  private EnvironmentRefused unknown(String reference, String name) {
    return new EnvironmentRefused(
        "The environment '%s' is not known here. Send it, or add a line to %s and start the server again, such as: %s: {pip: [numpy]}"
            .formatted(reference, ownNames, name));
  }

  /// What a version is made of: its image, which may be known by name, or the packages that it
  /// lists, or these on that.
  private Environment read(Version version) throws EnvironmentRefused {
    JsonNode properties = JsonMapper.shared().readTree(version.content());
    String conda = properties.path("condaFile").asString("");
    String image = properties.path("image").asString("");
    if (!conda.isEmpty()) {
      Specification.Packages packages = CondaFile.read(conda);
      return image.isEmpty() ? packages : on(image, packages);
    }
    if (image.isEmpty()) {
      throw new EnvironmentRefused(
          "The environment %s names neither an image nor a conda file.".formatted(version.name()));
    }
    return image(image);
  }

  /// Outside of containers the packages that stand for the image come first, if any do.
  private Environment on(String image, Specification.Packages packages) {
    Optional<Specification.Packages> elsewhere =
        image(image).outsideContainers() instanceof Specification.Packages known
            ? Optional.of(both(known, packages))
            : Optional.empty();
    return new Specification.ImageWith(new Specification.Image(image), packages, elsewhere);
  }

  private static Specification.Packages both(
      Specification.Packages base, Specification.Packages more) {
    List<String> requirements = new ArrayList<>(base.requirements());
    requirements.addAll(more.requirements());
    return new Specification.Packages(
        more.python().isEmpty() ? base.python() : more.python(), requirements);
  }

  private Environment image(String image) {
    String plain = image.replaceFirst("(?i)^docker\\.io/", "");
    String withoutTag = plain.replaceFirst("[:@][^/]*$", "");
    return names
        .find(plain)
        .or(() -> names.find(withoutTag))
        .or(() -> names.find("library/" + withoutTag))
        .map(known -> named(known, image))
        .orElseGet(() -> new Specification.Image(image));
  }

  /// In a container it is the very image that was asked for, tag included.
  private static Environment named(Environment known, String image) {
    return known
            instanceof Specification.ImageOr(Specification.Image _, Specification.Packages packages)
        ? new Specification.ImageOr(new Specification.Image(image), packages)
        : known;
  }
}
