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
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// A conda file as packages for pip: what stands below `pip` as it is, everything else by its name
/// and version, and the build's log says which those are. What PyPI is known not to have is refused
/// by its name.
final class CondaFile {
  private static final YAMLMapper YAML = YAMLMapper.shared();

  /// A match specification of conda, as files have them: `numpy=1.21.2`, `scipy>=1.5,<=1.8`,
  /// `pandas`, with a channel before it. No part of it can take what another has taken, so that a
  /// long text costs no more than its length.
  private static final Pattern PACKAGE =
      Pattern.compile("(?:[\\w./-]++::)?+([A-Za-z0-9_.-]++)\\s*+(.*)");

  /// One version with a build behind it, which pip has none of: `=1.21.2=py39_0`.
  private static final Pattern BUILD = Pattern.compile("(={0,2}+\\s*+[^=<>!~,|\\s]++)=.*");

  private static final Pattern COMPARATOR =
      Pattern.compile("([=<>!~]=|[=<>]|)\\s*+([^=<>!~,|\\s]++)");

  /// What names the Python that there is to be. The version that it names is the lowest that fits,
  /// so that an upper limit beside it changes nothing.
  private static final Set<String> FROM = Set.of("", "=", "==", ">=", "~=");

  private static final Set<String> UP_TO = Set.of("<", "<=");

  /// A name, a version and a build of conda together have no 100; what is much longer would keep
  /// the pattern busy.
  private static final int PACKAGE_CHARACTERS_MAX = 256;

  /// What is there before anything is installed.
  private static final Set<String> GIVEN = Set.of("pip", "setuptools", "wheel");

  /// What to do in place of naming a package that PyPI has not.
  private static final Map<String, String> CONDA_ONLY = condaOnly();

  private record Comparator(String operator, String version) {
    boolean isAny() {
      return version.equals("*");
    }

    /// Conda's `=1.2` means any 1.2.
    String forPip() {
      return operator.equals("=") || operator.isEmpty()
          ? "==" + version.replaceFirst("\\.?\\*$", "") + ".*"
          : operator + version;
    }
  }

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
        for (JsonNode line : each.path("pip")) {
          if (!line.isString()) {
            throw notPackage(line);
          }
          requirements.add(line.asString());
        }
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
        throw notPackage(each);
      }
      String name = matcher.group(1).toLowerCase(Locale.ROOT);
      if (name.equals("python")) {
        python = python(each, comparators(each, matcher.group(2)));
      } else if (!GIVEN.contains(name)) {
        refuseIfCondaOnly(name);
        String requirement =
            comparators(each, matcher.group(2)).stream()
                .filter(comparator -> !comparator.isAny())
                .map(Comparator::forPip)
                .collect(Collectors.joining(",", name, ""));
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

  private static EnvironmentRefused notPackage(JsonNode named) {
    return new EnvironmentRefused(
        "The conda file names '%s', which is no package with a version that pip can be asked for."
            .formatted(named.isString() ? named.asString() : named));
  }

  private static List<Comparator> comparators(JsonNode named, String text)
      throws EnvironmentRefused {
    Matcher build = BUILD.matcher(text);
    String versions = build.matches() ? build.group(1) : text;
    List<Comparator> found = new ArrayList<>();
    if (versions.isEmpty()) {
      return found;
    }
    for (String each : versions.split(",", -1)) {
      Matcher matcher = COMPARATOR.matcher(each.strip());
      if (!matcher.matches()) {
        throw notPackage(named);
      }
      found.add(new Comparator(matcher.group(1), matcher.group(2)));
    }
    return found;
  }

  /// Which Python it asks for, as `3.10`; empty if it may be any.
  private static String python(JsonNode named, List<Comparator> comparators)
      throws EnvironmentRefused {
    String python = "";
    boolean limited = false;
    for (Comparator each : comparators) {
      if (UP_TO.contains(each.operator())) {
        limited = true;
      } else if (FROM.contains(each.operator()) && python.isEmpty()) {
        python = minor(each.version());
      } else {
        throw notOnePython(named);
      }
    }
    if (limited && python.isEmpty()) {
      throw notOnePython(named);
    }
    return python;
  }

  private static EnvironmentRefused notOnePython(JsonNode named) {
    return new EnvironmentRefused(
        "The conda file names '%s', which does not say which Python: name one, as python=3.12 or python>=3.12."
            .formatted(named.asString()));
  }

  /// `3.10` of `3.10.4`.
  private static String minor(String version) {
    Matcher matcher = Pattern.compile("(\\d+\\.\\d+).*").matcher(version);
    return matcher.matches() ? matcher.group(1) : "";
  }
}
