package ebb.simulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// Reads recorded jobs from a file of comma-separated values, compressed or not. The only class of
/// the simulator that reads files.
///
/// The first line names the columns; `submit_epoch_s`, `duration_s`, `gpus` and `user` must be
/// among them, others are passed over.
public final class TraceFile {
  private TraceFile() {}

  /// The jobs in the order of their submission.
  public static List<TraceJob> read(String file) {
    Path path = Path.of(file);
    try (InputStream raw = Files.newInputStream(path);
        InputStream bytes = file.endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
      return jobs(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the trace " + file + ": " + e.getMessage(), e);
    }
  }

  private static List<TraceJob> jobs(String file, BufferedReader lines) throws IOException {
    String head = lines.readLine();
    List<String> columns = head == null ? List.of() : List.of(head.split(",", -1));
    int submit = column(file, columns, "submit_epoch_s");
    int duration = column(file, columns, "duration_s");
    int gpus = column(file, columns, "gpus");
    int user = column(file, columns, "user");
    List<TraceJob> jobs = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] fields = line.split(",", -1);
      if (fields.length != columns.size()) {
        throw bad(file, jobs.size(), line);
      }
      try {
        jobs.add(
            new TraceJob(
                Long.parseLong(fields[submit]) * 1000,
                Long.parseLong(fields[duration]) * 1000,
                Integer.parseInt(fields[gpus]),
                fields[user]));
      } catch (NumberFormatException e) {
        throw bad(file, jobs.size(), line);
      }
    }
    jobs.sort(Comparator.comparingLong(TraceJob::submitMillis));
    return jobs;
  }

  private static int column(String file, List<String> columns, String name) {
    int index = columns.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException(
          file + " has no column " + name + "; its first line must name the columns");
    }
    return index;
  }

  private static IllegalArgumentException bad(String file, int before, String line) {
    return new IllegalArgumentException(
        file + ", line " + (before + 2) + " does not fit its columns: " + line);
  }
}
