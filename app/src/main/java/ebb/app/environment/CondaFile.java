package ebb.app.environment;

import ebb.app.specification.Specification;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// A conda file as packages for pip: what stands below `pip` as it is, everything else by its name
/// and version, and the build's log says which those are. What PyPI is known not to have is refused
/// by its name.
final class CondaFile {
  private static final YAMLMapper YAML = YAMLMapper.shared();

  /// A match specification of conda, as files have them: `numpy=1.21.2`, `scipy>=1.5`, `pandas`,
  /// with a channel before and a build after it.
  private static final Pattern PACKAGE =
      Pattern.compile(
          "(?:[\\w./-]+::)?([A-Za-z0-9_.-]+)\\s*((?:[=<>!~]=?|==)?)\\s*([^=\\s]*)(?:=.*)?");

  /// A name, a version and a build of conda together have no 100; what is much longer would keep
  /// the pattern busy.
  private static final int PACKAGE_CHARACTERS_MAX = 256;

  /// What is there before anything is installed.
  private static final Set<String> GIVEN = Set.of("pip", "setuptools", "wheel");

  /// What to do in place of naming a package that PyPI has not.
  private static final Map<String, String> CONDA_ONLY = condaOnly();

  private CondaFile() {}

  private static Map<String, String> condaOnly() {
    try (InputStream shipped = CondaFile.class.getResourceAsStream("conda-only.yaml")) {
      if (shipped == null) {
        throw new IllegalStateException("conda-only.yaml is not in the program");
      }
      Map<String, String> remedies = new TreeMap<>();
      YAML.readTree(shipped.readAllBytes())
          .forEachEntry(
              (remedy, names) -> names.forEach(name -> remedies.put(name.asString(), remedy)));
      return remedies;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static Specification.Packages read(String file) throws EnvironmentRefused {
    JsonNode dependencies;
    try {
      dependencies = YAML.readTree(file).path("dependencies");
    } catch (JacksonException unreadable) {
      throw new EnvironmentRefused("The conda file is no YAML: " + unreadable.getOriginalMessage());
    }
    if (!dependencies.isArray()) {
      throw new EnvironmentRefused("The conda file has no list 'dependencies'.");
    }
    String python = "";
    List<String> requirements = new ArrayList<>();
    List<String> ofConda = new ArrayList<>();
    for (JsonNode each : dependencies) {
      if (each.isObject()) {
        each.path("pip").forEach(line -> requirements.add(line.asString()));
        continue;
      }
      String text = each.asString("").strip();
      if (text.length() > PACKAGE_CHARACTERS_MAX) {
        throw new EnvironmentRefused(
            "The conda file names a package in %d characters: %d at most are taken."
                .formatted(text.length(), PACKAGE_CHARACTERS_MAX));
      }
      Matcher matcher = PACKAGE.matcher(text);
      if (!matcher.matches()) {
        throw new EnvironmentRefused("The conda file names '" + each + "', which is no package.");
      }
      String name = matcher.group(1).toLowerCase(Locale.ROOT);
      if (name.equals("python")) {
        python = minor(matcher.group(3));
      } else if (!GIVEN.contains(name)) {
        refuseIfCondaOnly(name);
        String requirement = requirement(name, matcher.group(2), matcher.group(3));
        requirements.add(requirement);
        ofConda.add(requirement);
      }
    }
    if (!ofConda.isEmpty()) {
      requirements.add(
          Prelude.NOTE
              + "taken from PyPI, and not from the conda file's channels: "
              + String.join(", ", ofConda));
    }
    return new Specification.Packages(python, requirements);
  }

  private static void refuseIfCondaOnly(String name) throws EnvironmentRefused {
    String remedy = CONDA_ONLY.get(name.replace('_', '-'));
    if (remedy != null) {
      throw new EnvironmentRefused(
          "The conda file names '%s', which is not on PyPI as conda has it, and packages are taken from there: %s."
              .formatted(name, remedy));
    }
  }

  /// Conda's `=1.2` means any 1.2.
  private static String requirement(String name, String operator, String version) {
    if (version.isEmpty()) {
      return name;
    }
    return operator.equals("=") || operator.isEmpty()
        ? name + "==" + version + (version.endsWith("*") ? "" : ".*")
        : name + operator + version;
  }

  /// `3.10` of `3.10.4`.
  private static String minor(String version) {
    Matcher matcher = Pattern.compile("(\\d+\\.\\d+).*").matcher(version);
    return matcher.matches() ? matcher.group(1) : "";
  }
}
