package ebb.app.backend.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Which images are brought to this machine when a job names them, and how.
///
/// The task itself does it before its container starts, as the server's user, within the task's
/// limits, time and log: what is slow is seen there and cancelled with it, as an environment is.
///
/// @param registries `any`, `none`, or names of registries with commas between them
/// @param within how long one may take
public record Images(String registries, Duration within) {
  /// What the key of that name has in place of a list.
  public static final String ANY = "any";

  /// What the key of that name has in place of a list.
  public static final String NONE = "none";

  /// Those that an operator has brought, and no others.
  public static final Images THERE = new Images(NONE, Duration.ofMinutes(30));

  /// Where an image without a registry in its name comes from, as everywhere.
  private static final String DOCKER_HUB = "docker.io/";

  /// podman's own name for what was made on the machine.
  private static final String LOCAL = "localhost";

  /// `flock` is util-linux's, as `unshare` is; `timeout` is of the coreutils. podman is not left
  /// the lock, and knows registries' credentials by itself.
  private static final String SCRIPT =
      """
      podman=$1 image=$2 reference=$3 refusal=$4 lock=$5 within=$6 before=$7; shift 7
      say() { echo "ebb: image: $*" >&2; }
      there() { "$podman" --cgroup-manager=cgroupfs image exists "$1"; }
      if ! there "$image"; then
        name=$image image=$reference
        if ! there "$image"; then
          [ -z "$refusal" ] || { say "$name is not on this machine: $refusal"; exit 125; }
          exec 9>"$lock" && flock 9 || { say "cannot lock $lock"; exit 125; }
          if ! there "$image"; then
            say "pulling $image"
            timeout -k 10 "$within" "$podman" --cgroup-manager=cgroupfs pull "$image" >&2 9>&- || {
              case $? in
                124 | 137) why="it took longer than $within s (images.pull-within)" ;;
                *) why="the lines above say why" ;;
              esac
              say "$image could not be pulled: $why."
              say "Check the name. Where the registry asks who one is, an operator runs 'podman login' as the server's user; what no registry has, they bring with 'podman import'."
              exit 125
            }
            say "pulled $image"
          fi
          exec 9>&-
        fi
      fi
      for word; do
        shift
        [ "$before" != 0 ] || set -- "$@" "$image"
        before=$((before - 1))
        set -- "$@" "$word"
      done
      [ "$before" -lt 0 ] || set -- "$@" "$image"
      exec "$@"
      """;

  /// The arguments that have podman run a container of an image, and pull it if need be.
  ///
  /// @param lock a file by which tasks that want the same image wait for the first
  /// @param before those before the image's name, podman itself first
  /// @param command those behind it
  List<String> run(String image, String lock, List<String> before, List<String> command) {
    String reference = reference(image);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("/bin/sh", "-c", SCRIPT, "ebb-image", before.getFirst(), image));
    arguments.addAll(List.of(reference, refusal(reference), lock));
    arguments.add(String.valueOf(within.toSeconds()));
    arguments.add(String.valueOf(before.size()));
    arguments.addAll(before);
    arguments.addAll(command);
    return arguments;
  }

  /// With its registry.
  static String reference(String image) {
    int slash = image.indexOf('/');
    String first = slash < 0 ? "" : image.substring(0, slash);
    if (first.equals(LOCAL) || first.indexOf('.') >= 0 || first.indexOf(':') >= 0) {
      return image;
    }
    return DOCKER_HUB + (slash < 0 ? "library/" : "") + image;
  }

  /// Why it is not pulled; empty if it is.
  private String refusal(String reference) {
    String registry = reference.substring(0, reference.indexOf('/'));
    if (registry.equals(LOCAL)) {
      return "no registry has it: an operator brings it with 'podman import' or 'podman build'";
    }
    boolean may =
        registries.equals(ANY)
            || List.of(registries.toLowerCase(Locale.ROOT).split("\\s*,\\s*", -1))
                .contains(registry.toLowerCase(Locale.ROOT));
    return may
        ? ""
        : "nothing is pulled from %s here: an operator brings it with 'podman pull %s', or names the registry in images.registries (now: %s)"
            .formatted(registry, reference, registries);
  }
}
