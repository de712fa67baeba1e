package ebb.app.backend.local;

import ebb.app.specification.ImageName;
import java.nio.file.Path;
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
/// @param keepFreeBytes with less free on the disk of podman's images nothing is pulled
public record Images(String registries, Duration within, long keepFreeBytes) {
  /// What the key of that name has in place of a list.
  public static final String ANY = "any";

  /// What the key of that name has in place of a list.
  public static final String NONE = "none";

  /// Those that an operator has brought, and no others.
  public static final Images THERE = new Images(NONE, Duration.ofMinutes(30), 0);

  /// `flock` is util-linux's, as `unshare` is; `timeout` and `df` are of the coreutils. podman is
  /// not left the lock, and knows registries' credentials by itself. `command` has a lock that
  /// cannot be opened be an answer: without it, the shell ends there. What is found and was pulled
  /// is looked for again with its mark locked, for it may just be removed, and marked as used
  /// before anybody can remove it; what was pulled is marked as pulled ([PulledImages]).
  private static final String SCRIPT =
      """
      podman=$1 image=$2 reference=$3 refusal=$4 lock=$5 within=$6 keep=$7 pulled=$8 before=$9; shift 9
      say() { echo "ebb: image: $*" >&2; }
      known() { "$podman" --cgroup-manager=cgroupfs image inspect --format '{{.Id}}' "$1" 2>/dev/null 8<&-; }
      there() {
        id=$(known "$1") || return
        [ -e "$pulled/$id" ] || return 0
        { flock --shared 8 && [ "$(known "$1")" = "$id" ] && touch "$pulled/$id"; } 8<"$pulled/$id"
      }
      if ! there "$image"; then
        name=$image image=$reference
        if ! there "$image"; then
          [ -z "$refusal" ] || { say "$name is not on this machine: $refusal"; exit 125; }
          command exec 9>"$lock" && flock 9 || { say "cannot lock $lock"; exit 125; }
          if ! there "$image"; then
            store=$("$podman" --cgroup-manager=cgroupfs info --format '{{.Store.GraphRoot}}' 9>&-)
            free=$(df -k --output=avail "$store" | tail -n 1)
            if [ $((free)) -lt "$keep" ]; then
              say "$image is not pulled: the disk of podman's images ($store) has $((free / 1024)) MiB left, and nothing is pulled below $((keep / 1024)) MiB."
              say "An operator removes images with 'podman rmi', or with 'podman image prune --all' every one that no container uses."
              exit 125
            fi
            say "pulling $image"
            began=$(date +%s)
            timeout -k 10 "$within" "$podman" --cgroup-manager=cgroupfs pull "docker://$image" >&2 9>&- || {
              code=$? why="the lines above say why"
              [ $code != 137 ] || why="it was killed, as happens for want of memory: a larger VM size has more"
              [ $(($(date +%s) - began)) -lt "$within" ] || why="it took longer than $within s (images.pull-within)"
              say "$image could not be pulled: $why."
              say "Check the name. Where the registry asks who one is, an operator runs 'podman login --authfile ~/.config/containers/auth.json' as the server's user; what no registry has, they bring with 'podman import'."
              exit 125
            }
            say "pulled $image"
            there "$image" && echo "$image" >>"$pulled/$id"
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
  /// @param pulled where what tasks have pulled is marked
  /// @param before those before the image's name, podman itself first
  /// @param command those behind it
  List<String> run(
      String image, Path lock, Path pulled, List<String> before, List<String> command) {
    String reference = ImageName.reference(image);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("/bin/sh", "-c", SCRIPT, "ebb-image", before.getFirst(), image));
    arguments.addAll(List.of(reference, refusal(reference), lock.toString()));
    arguments.add(String.valueOf(within.toSeconds()));
    arguments.add(String.valueOf(keepFreeBytes / 1024));
    arguments.add(pulled.toString());
    arguments.add(String.valueOf(before.size()));
    arguments.addAll(before);
    arguments.addAll(command);
    return arguments;
  }

  /// Why it is not pulled; empty if it is.
  String refusal(String reference) {
    String registry = reference.substring(0, reference.indexOf('/'));
    if (registry.equals(ImageName.LOCAL)) {
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
