package ebb.app.specification;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What names of images are: those that a registry has, and no others.
public final class ImageName {
  /// podman's own name for what was made on the machine, in place of a registry's.
  public static final String LOCAL = "localhost";

  private static final int CHARACTERS_MAX = 255;

  /// Names have room for no option, no password, and none of podman's transports, which would have
  /// it read the machine's files in place of a registry (`oci-archive:/some/file`).
  private static final Pattern NAME =
      Pattern.compile(
          "(?=.{1,"
              + CHARACTERS_MAX
              + "}$)"
              + "(?:(?<first>[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?)/)?"
              + "(?<path>[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)"
              + "(?<tag>:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?"
              + "(?<digest>@sha256:[0-9a-f]{64})?");

  /// As registries have it: words of lower-case letters and digits with one separator between two.
  private static final Pattern PATH =
      Pattern.compile("(?:(?:^|/)[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+");

  /// Where an image without a registry in its name comes from, as everywhere.
  private static final String DOCKER_HUB = "docker.io";

  /// Where those of its images are that have but one word.
  private static final String LIBRARY = "library/";

  private ImageName() {}

  /// What is wrong with a name, for whoever wrote it; empty if nothing is. What may be a password
  /// is not repeated.
  public static Optional<String> fault(String name) {
    Matcher parts = NAME.matcher(name);
    if (parts.matches()) {
      String path = path(parts);
      String lower = path.toLowerCase(Locale.ROOT);
      if (PATH.matcher(path).matches()) {
        return Optional.empty();
      }
      if (PATH.matcher(lower).matches()) {
        return Optional.of(
            "'%s' is no name of an image: its path is in lower case, '%s' and not '%s'"
                .formatted(name, lower, path));
      }
    }
    String shown = name.substring(0, Math.min(name.length(), CHARACTERS_MAX));
    return Optional.of(
        "'%s' is no name of an image: [REGISTRY[:PORT]/]PATH[:TAG][@sha256:DIGEST], of %d characters at most"
            .formatted(shown.replaceFirst("(?s).*@", "***@"), CHARACTERS_MAX));
  }

  /// A name in full, with its registry: the same for all spellings of it. Of a tag and a digest the
  /// digest says it all, and podman takes no more than one of them.
  public static String reference(String image) {
    Matcher name = NAME.matcher(image);
    if (!name.matches()) {
      throw new IllegalArgumentException(image);
    }
    String registry = isOfRegistry(name) ? orEmpty(name.group("first")) : DOCKER_HUB;
    String path = path(name);
    if (registry.equals(DOCKER_HUB) && path.indexOf('/') < 0) {
      path = LIBRARY + path;
    }
    String tag = orEmpty(name.group("tag"));
    String digest = orEmpty(name.group("digest"));
    String which = !digest.isEmpty() ? digest : !tag.isEmpty() ? tag : ":latest";
    return registry + "/" + path + which;
  }

  private static boolean isOfRegistry(Matcher name) {
    String first = orEmpty(name.group("first"));
    return first.equals(LOCAL) || first.indexOf('.') >= 0 || first.indexOf(':') >= 0;
  }

  /// All between the registry and the tag.
  private static String path(Matcher name) {
    String first = orEmpty(name.group("first"));
    return (isOfRegistry(name) || first.isEmpty() ? "" : first + "/") + name.group("path");
  }

  private static String orEmpty(@Nullable String group) {
    return group == null ? "" : group;
  }
}
