package ebb.app.backend.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The images that tasks have pulled, and their removal when none has started with them for long.
///
/// podman keeps images for the whole machine, so nothing is removed but what a mark says is ours: a
/// file with the image's id as its name and, as its lines, the names by which tasks have pulled it.
/// The task that pulls makes it, and each that starts touches it ([Images]). An image that has, or
/// ever had, another name is also somebody else's, and stays; so does one that a container uses.
final class PulledImages {
  /// Between a task's look and the container that holds its image, on a machine that stalls.
  private static final Duration LEAST = Duration.ofHours(1);

  /// For the files of a large image on a slow disk; what podman has not removed by then it does the
  /// next time.
  private static final Duration WITHIN = Duration.ofMinutes(10);

  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

  private static final String FORMAT =
      "{{.Size}}|{{range .RepoTags}} {{.}}{{end}}|{{range .NamesHistory}} {{.}}{{end}}";

  /// What the script below ends with if the image stays.
  private static final int STAYS = 3;

  /// No name of an image is removed while a container uses it: with several names, podman would
  /// remove the first.
  private static final String REMOVAL =
      """
      podman=$1 mark=$2 until=$3 really=$4 within=$5 id=$6; shift 6
      command exec 8<"$mark" && flock --timeout 60 8 || { echo "$mark cannot be locked"; exit 1; }
      podman() { timeout -k 10 "$within" "$podman" --cgroup-manager=cgroupfs "$@" 8>&-; }
      [ "$(stat -c %%Y "$mark")" -lt "$until" ] || exit %1$d
      used=$(podman ps --all --external --quiet --filter "ancestor=$id") || exit
      [ -z "$used" ] || exit %1$d
      ! "$really" || podman rmi --ignore "$@" "$id"
      """
          .formatted(STAYS);

  private final Path folder;
  private final Podman podman;

  /// What podman knows of an image.
  ///
  /// @param tags the names that it has
  /// @param names all that it has or ever had
  private record Known(long bytes, List<String> tags, List<String> names) {
    /// As podman fills in [#FORMAT]: no name has a blank in it.
    static Known read(String text) {
      String[] fields = text.strip().split("\\|", -1);
      return new Known(Long.parseLong(fields[0]), words(fields[1]), words(fields[2]));
    }

    private static List<String> words(String field) {
      return Stream.of(field.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
    }
  }

  private PulledImages(Path folder, String podman) {
    this.folder = folder;
    this.podman = new Podman(podman);
  }

  static PulledImages open(Path folder, String podman) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return new PulledImages(folder, podman);
  }

  /// Where the marks are. Whoever starts shares the lock of its image's mark, and whoever removes
  /// the image has it alone: tasks with other images do not wait for podman's removal.
  Path folder() {
    return folder;
  }

  /// Removes those that no task has started with since then; only counts them if not `really`.
  RunFolders.Removed removeUnused(long sinceMillis, boolean really) throws IOException {
    long until = Math.min(sinceMillis, System.currentTimeMillis() - LEAST.toMillis());
    int count = 0;
    long bytes = 0;
    for (String id : marked(until)) {
      Path mark = folder.resolve(id);
      Optional<Known> known = ask(id, mark, really);
      if (known.isPresent() && remove(id, mark, known.get(), until, really)) {
        count++;
        bytes += known.get().bytes();
      }
    }
    return new RunFolders.Removed(count, bytes);
  }

  private List<String> marked(long untilMillis) throws IOException {
    List<String> marked = new ArrayList<>();
    try (DirectoryStream<Path> marks =
        Files.newDirectoryStream(
            folder,
            mark -> isMark(mark) && Files.getLastModifiedTime(mark).toMillis() < untilMillis)) {
      marks.forEach(mark -> marked.add(mark.getFileName().toString()));
    }
    return marked;
  }

  private static boolean isMark(Path file) {
    return ID.matcher(file.getFileName().toString()).matches();
  }

  /// What podman knows of an image; empty if it does not say. The mark of one that somebody else
  /// has removed goes.
  private Optional<Known> ask(String id, Path mark, boolean really) throws IOException {
    Programs.Ended ended = podman.run("image", "inspect", "--format", FORMAT, id);
    if (ended.isFine()) {
      return Optional.of(Known.read(ended.output()));
    }
    if (podman.presence(id) == Podman.Presence.ABSENT) {
      if (really) {
        Files.deleteIfExists(mark);
      }
    } else {
      Log.say("podman does not say what it knows of the image " + id + ": " + ended.words(), null);
    }
    return Optional.empty();
  }

  private boolean remove(String id, Path mark, Known known, long untilMillis, boolean really)
      throws IOException {
    Set<String> ours = Set.copyOf(Files.readAllLines(mark));
    if (!ours.containsAll(known.names())) {
      return false;
    }
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("/bin/sh", "-c", REMOVAL, "ebb-images"));
    arguments.addAll(List.of(podman.program(), mark.toString()));
    arguments.addAll(List.of(String.valueOf(untilMillis / 1_000), String.valueOf(really)));
    arguments.addAll(List.of(String.valueOf(WITHIN.toSeconds()), id));
    arguments.addAll(known.tags());
    Programs.Ended ended = Programs.run(arguments, "", WITHIN.multipliedBy(3));
    if (ended.code() == STAYS) {
      return false;
    }
    // Another image may be made of it: then podman takes its names and keeps it.
    boolean isGone = ended.isFine() && (!really || podman.presence(id) == Podman.Presence.ABSENT);
    if (isGone && really) {
      Files.deleteIfExists(mark);
    }
    if (!ended.isFine()) {
      Log.say("the image " + known.names() + " is not removed: " + ended.words(), null);
    }
    return isGone;
  }
}
