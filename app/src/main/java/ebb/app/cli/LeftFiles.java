package ebb.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a job has left and printed, in the folders that az puts it into:
///
/// ```
/// named-outputs/NAME/...          its output of this name
/// artifacts/outputs/...           what else it has left there, and in logs
/// artifacts/user_logs/...         what it printed
/// ```
///
/// What is of another node than the first is in `rank_1` and so on, below the name or `artifacts`.
final class LeftFiles {
  private final Jobs jobs;
  private final String name;
  private final Path into;
  private final JsonNode job;
  private final Moving moving;
  private int files;

  LeftFiles(Jobs jobs, String name, Path into, Moving moving) {
    this.jobs = jobs;
    this.name = name;
    this.into = into.toAbsolutePath().normalize();
    this.job = jobs.show(name);
    this.moving = moving;
  }

  /// Copies everything or, if it is named, one output.
  ///
  /// @return how many files
  int copy(@Nullable String output) throws IOException {
    TreeSet<String> outputs = new TreeSet<>(job.at("/properties/outputs").propertyNames());
    if (output != null && !outputs.contains(output)) {
      throw new Failed(
          "ResourceNotFound",
          "%s has no output '%s': %s."
              .formatted(
                  name,
                  output,
                  outputs.isEmpty() ? "it names none" : "it has " + String.join(", ", outputs)),
          Failed.ABSENT);
    }
    List<OfNode> wanted = new ArrayList<>();
    for (int rank = 0; rank < Jobs.nodes(job); rank++) {
      for (Jobs.Left file : jobs.files(name, rank)) {
        if (output == null || output.equals(named(file.path(), outputs))) {
          wanted.add(new OfNode(file, rank));
        }
      }
    }
    refuseWithoutRoom(wanted);
    for (OfNode each : wanted) {
      copy(each.file().path(), each.rank(), named(each.file().path(), outputs));
    }
    for (int rank = 0; output == null && rank < Jobs.nodes(job); rank++) {
      copyPrinted(rank);
    }
    if (output != null && files == 0) {
      String uri = job.at("/properties/outputs").path(output).path("uri").asString("");
      throw new Failed(
          "ResourceNotFound",
          "nothing of '%s' is among what %s has left: %s."
              .formatted(
                  output, name, uri.isEmpty() ? "the job wrote nothing there" : "it is at " + uri),
          Failed.ABSENT);
    }
    return files;
  }

  private record OfNode(Jobs.Left file, int rank) {}

  /// Before anything is brought, by the lengths that the server tells: a file of holes costs its
  /// job nothing, and would be brought as zeros without end.
  private void refuseWithoutRoom(List<OfNode> wanted) throws IOException {
    Path there = into;
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    long free = Files.getFileStore(there).getUsableSpace();
    long bytes = 0;
    for (OfNode each : wanted) {
      bytes += each.file().bytes();
      if (bytes < 0 || bytes > free) { // below 0: more than can be counted
        Jobs.Left longest =
            wanted.stream()
                .map(OfNode::file)
                .max(Comparator.comparingLong(Jobs.Left::bytes))
                .orElseThrow();
        throw Failed.refused(
            "NotDownloaded",
            "what %s has left is longer than the %s that are free at %s: '%s' alone has %s. Nothing was brought: name one output with --output-name, or another disk with -p."
                .formatted(
                    name, Plan.bytes(free), into, longest.path(), Plan.bytes(longest.bytes())));
      }
    }
  }

  /// The output that a file belongs to; null if it has none of its own.
  private static @Nullable String named(String file, TreeSet<String> outputs) {
    String[] parts = file.split("/", 3); // an output of type uri_file is outputs/NAME itself
    return parts.length >= 2 && parts[0].equals("outputs") && outputs.contains(parts[1])
        ? parts[1]
        : null;
  }

  private void copy(String file, int rank, @Nullable String named) throws IOException {
    String of = rank == 0 ? "" : "rank_" + rank + "/";
    String[] parts = file.split("/", 3);
    Path place =
        place(
            named != null
                ? "named-outputs/" + named + "/" + of + parts[parts.length - 1]
                : "artifacts/" + of + file);
    try (InputStream content = moving.counted(jobs.file(name, rank, file))) {
      Files.copy(content, place, StandardCopyOption.REPLACE_EXISTING);
    }
    files++;
  }

  private void copyPrinted(int rank) throws IOException {
    for (boolean errors : List.of(false, true)) {
      String file =
          "std_log" + (rank == 0 ? "" : "_process_" + rank) + (errors ? "_stderr.txt" : ".txt");
      Path place = place("artifacts/user_logs/" + file);
      try (OutputStream log = moving.counted(Files.newOutputStream(place))) {
        jobs.saveLog(name, errors, rank, log);
      }
      files++;
    }
  }

  /// Where a file goes; its folder is made.
  private Path place(String path) throws IOException {
    Path place = into.resolve(path).normalize();
    if (!place.startsWith(into)) {
      throw Failed.refused("InvalidFile", "'" + path + "' would leave " + into + ".");
    }
    Files.createDirectories(place.toAbsolutePath().getParent());
    return place;
  }
}
