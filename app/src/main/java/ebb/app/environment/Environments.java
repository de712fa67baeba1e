package ebb.app.environment;

import ebb.app.asset.Likely;
import ebb.app.asset.VersionedAssets;
import ebb.app.specification.Specification;
import ebb.app.specification.Specification.Environment;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The environments that users have given a name and a version, and what any reference to one
/// means.
///
/// What makes up a version never changes.
public final class Environments {
  /// An environment's id ends with this name where it means the machine's own programs.
  public static final String HOST = "ebb-host";

  private static final String OWN_NAMES = "environments.yaml";

  private static final Pattern REGISTRY =
      Pattern.compile(
          "(?i)azureml://registries/([^/]+)/environments/([^/]+)(?:/(?:labels|versions)/([^/]+))?");

  private static final Pattern ARM =
      Pattern.compile(
          "(?i)(?:azureml:)?(?<place>.*)/environments/(?<name>[^/]+)/(?:versions|labels)/(?<version>[^/]+)");

  /// Also at the end of a whole address, and without the provider, as `azureml:` addresses are.
  private static final Pattern WORKSPACE =
      Pattern.compile(
          "(?i)(?:^|/)subscriptions/([^/]+)/resourceGroups/([^/]+)"
              + "/(?:providers/Microsoft\\.MachineLearningServices/)?workspaces/([^/]+)$");

  private static final Pattern SHORT =
      Pattern.compile(
          "(?i)(?:azureml:)?(?<name>[A-Za-z0-9][A-Za-z0-9_.-]*)(?:[:@](?<version>[A-Za-z0-9_.-]+))?");

  private final VersionedAssets versions;
  private final Path ownNames;
  private final KnownNames names;

  private Environments(Path home, Function<Scope, WorkspaceId> ids, KnownNames names) {
    this.versions = new VersionedAssets(home.resolve("environments"), ids);
    this.ownNames = home.resolve(OWN_NAMES);
    this.names = names;
  }

  /// Opens what a home has kept. The operator's file of names is read once, at the start.
  ///
  /// @param ids which workspace it is that has a name now
  public static Environments open(Path home, Function<Scope, WorkspaceId> ids) throws IOException {
    return new Environments(home, ids, KnownNames.open(home.resolve(OWN_NAMES)));
  }

  /// What users have given a name and a version.
  public VersionedAssets versions() {
    return versions;
  }

  /// What a name means in every workspace that has no environment of its own of that name: the
  /// machine's own programs, or what the files of known names say. Empty if nobody knows it.
  public Optional<Environment> known(String name) {
    return name.equalsIgnoreCase(HOST)
        ? Optional.of(new Specification.HostEnvironment())
        : names.find(name);
  }

  /// Refuses a conda file that no job could have the packages of.
  public static void checkConda(String file) throws EnvironmentRefused {
    CondaFile.read(file);
  }

  /// Whether a reference means the machine's own programs; so does none at all.
  public static boolean isHost(String reference) {
    Matcher arm = ARM.matcher(reference);
    Matcher parts = arm.matches() ? arm : SHORT.matcher(reference);
    return reference.isEmpty() || (parts.matches() && parts.group("name").equalsIgnoreCase(HOST));
  }

  /// What a job that names this environment finds.
  ///
  /// @throws EnvironmentRefused if nobody knows what it means
  public Environment resolve(Scope workspace, String reference)
      throws IOException, EnvironmentRefused {
    Matcher registry = REGISTRY.matcher(reference);
    if (registry.matches()) {
      String name = registry.group(1) + "/" + registry.group(2);
      return names.find(name).orElseThrow(() -> unknown(reference, name, names.all()));
    }
    Matcher arm = ARM.matcher(reference);
    boolean isPath = arm.matches();
    Matcher parts = isPath ? arm : SHORT.matcher(reference);
    if (!parts.matches()) {
      throw new EnvironmentRefused("'" + reference + "' is no name of an environment.");
    }
    String name = parts.group("name");
    if (name.equalsIgnoreCase(HOST)) {
      return new Specification.HostEnvironment(); // whatever a workspace calls so
    }
    if (isPath && isElsewhere(arm.group("place"), workspace)) {
      throw new EnvironmentRefused("'" + reference + "' is in another workspace.");
    }
    Optional<VersionedAssets.Version> version = version(workspace, name, parts.group("version"));
    if (version.isPresent()) {
      return read(version.get());
    }
    Optional<Environment> known = known(name);
    if (known.isPresent()) {
      return known.get();
    }
    TreeSet<String> others = new TreeSet<>();
    versions.someVersions(workspace, name).forEach(each -> others.add(name + ":" + each));
    if (others.isEmpty()) {
      others.addAll(names.all());
      others.addAll(versions.someNames(workspace));
    }
    throw unknown(reference, name, others);
  }

  private static boolean isElsewhere(String place, Scope workspace) {
    Matcher named = WORKSPACE.matcher(place);
    return named.find()
        && !Scope.workspace(named.group(1), named.group(2), named.group(3))
            .path()
            .equalsIgnoreCase(workspace.path());
  }

  private Optional<VersionedAssets.Version> version(
      Scope workspace, String name, @Nullable String asked) throws IOException {
    return asked == null || asked.equalsIgnoreCase("latest")
        ? versions.latest(workspace, name)
        : versions.find(workspace, name, asked);
  }

  /// @param others what could have been meant
  private EnvironmentRefused unknown(String reference, String name, Collection<String> others) {
    return new EnvironmentRefused(
        "The environment '%s' is not known here: %s. Name one of these, send yours, or add a line to %s and start the server again, such as: %s: {pip: [numpy]}"
            .formatted(reference, Likely.among(others, name), ownNames, name));
  }

  /// What a version is made of: its image, which may be known by name, or the packages that it
  /// lists, or these on that.
  private Environment read(VersionedAssets.Version version) throws EnvironmentRefused {
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
