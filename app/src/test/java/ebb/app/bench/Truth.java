package ebb.app.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the processes of a run of [Kills] wrote about themselves, whatever the server believes.
///
/// The lines are those of `bench/programs/task.c`.
final class Truth {
  /// What became of one process: rank `rank` of attempt `attempt` of a job.
  record Line(String what, int attempt, int rank) {
    boolean isStart() {
      return what.equals("start");
    }

    boolean isEnd() {
      return what.equals("end");
    }

    boolean isOverlap() {
      return what.equals("overlap");
    }
  }

  private final Map<String, List<Line>> byJob = new TreeMap<>();

  static Truth read(Path folder) throws IOException {
    Truth truth = new Truth();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.log")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        List<Line> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
          String[] fields = line.split(" ");
          lines.add(new Line(fields[0], Integer.parseInt(fields[1]), Integer.parseInt(fields[2])));
        }
        truth.byJob.put(name.substring(0, name.length() - ".log".length()), lines);
      }
    }
    return truth;
  }

  /// In the order in which they were written.
  List<Line> of(String job) {
    return byJob.getOrDefault(job, List.of());
  }

  Iterable<String> jobs() {
    return byJob.keySet();
  }
}
