package ebb.app.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Jobs over a connection.
final class Jobs {
  static final List<Output.Column> COLUMNS =
      List.of(
          Output.Column.of("Name", "/name"),
          Output.Column.of("Status", "/properties/status"),
          new Output.Column("Cluster", Jobs::cluster),
          Output.Column.of("Submitted", "/systemData/createdAt"),
          Output.Column.of("List cost", "/properties/properties/ebb.cost.list"));

  private static final long POLL_MILLIS = 100;

  /// Between two looks at a log that the server has no place to follow.
  private static final long CROWDED_MILLIS = 1_000;

  private final Connection connection;

  Jobs(Connection connection) {
    this.connection = connection;
  }

  /// The name of the cluster that a job runs on.
  static String cluster(JsonNode job) {
    String id = job.at("/properties/computeId").asString("");
    return id.substring(id.lastIndexOf('/') + 1);
  }

  /// A name for a job that was given none: no two are made at the same time by one person.
  static String newName() {
    return "run-" + Long.toString(System.currentTimeMillis(), 36);
  }

  private static String path(String name) {
    return "/jobs/" + Connection.encoded(name);
  }

  /// @param properties what Azure's REST paths call so
  private Connection.Put submit(String name, ObjectNode properties) {
    return connection.put(path(name), body(properties));
  }

  /// Refuses a job that the server would refuse; what is not sent yet is left out.
  void judge(String name, ObjectNode properties) {
    connection.arm("POST", path(name) + "/validate", body(properties));
  }

  private static ObjectNode body(ObjectNode properties) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("properties", properties);
    return body;
  }

  /// Submits a job and says where it runs; one for this machine is begun here.
  ///
  /// @param code the folder that it starts in a copy of; null if there is none
  JsonNode submitAnywhere(String name, ObjectNode properties, @Nullable Path code) {
    if (!LocalJob.is(properties.path("computeId").asString(""))) {
      Connection.Put submitted = submit(name, properties);
      new Plan(connection).tell(submitted);
      return submitted.body();
    }
    Path folder = LocalJob.prepare(name, code);
    JsonNode submitted;
    try {
      submitted = submitNew(name, properties);
    } catch (Failed refused) {
      LocalJob.remove(folder);
      throw refused;
    }
    LocalJob.begin(connection, submitted, folder);
    return submitted;
  }

  /// The server says whether it has taken the job now: one that was there has a machine already.
  private JsonNode submitNew(String name, ObjectNode properties) {
    Connection.Put submitted = submit(name, properties);
    if (!submitted.isNew()) {
      throw Failed.refused("JobExists", "there is a job '" + name + "': give another name.");
    }
    return submitted.body();
  }

  JsonNode show(String name) {
    return connection.arm("GET", path(name), null);
  }

  /// The newest `most` jobs, of those that `view` names in Azure's words.
  List<JsonNode> newest(String view, int most) {
    return connection.look(
        () -> connection.first("/jobs?listViewType=" + view, "value", most), List.of());
  }

  /// Changes what is said about a job: of the job as it is shown.
  ///
  /// @param removed what is no longer said, as paths
  JsonNode update(String name, Map<String, String> changes, List<String> removed) {
    JsonNode job = show(name);
    if (!(job.path("properties") instanceof ObjectNode properties)) {
      throw Failed.refused("InvalidJob", "'" + name + "' is shown without properties.");
    }
    // What is not named stays as it is, also where somebody changes it meanwhile.
    properties.remove("isArchived");
    Yaml.set(properties, changes);
    for (String path : removed) {
      if (!Yaml.remove(properties, path)) {
        throw Failed.refused("PropertyNotFound", "'" + name + "' has no '" + path + "'.");
      }
    }
    return submit(name, properties).body();
  }

  void cancel(String name) {
    connection.arm("POST", path(name) + "/cancel", null);
  }

  /// What a job wrote to one stream so far.
  ///
  /// @param rank of which of its nodes
  void copyLog(String name, boolean errors, int rank) {
    copy(new Copied(name, errors, 0, rank, System.out));
  }

  /// What a job wrote to its standard output so far.
  String printed(String name) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    copy(new Copied(name, false, 0, 0, new PrintStream(printed, false, StandardCharsets.UTF_8)));
    return printed.toString(StandardCharsets.UTF_8);
  }

  /// Copies what a job writes, standard error to standard error, until it has ended; answers it as
  /// it then is. What a restarted job writes comes after what it had written.
  JsonNode follow(String name) {
    return follow(name, 0);
  }

  /// The same for another of its nodes.
  JsonNode follow(String name, int rank) {
    Progress progress = new Progress("waiting for the end of " + name);
    for (int attempt = 1; ; attempt++) {
      Copied out = new Copied(name, false, attempt, rank, System.out);
      Copied errors = new Copied(name, true, attempt, rank, System.err);
      followBoth(out, errors);
      JsonNode job = show(name);
      while (!isOver(job, attempt)) {
        progress.pause(POLL_MILLIS);
        followBoth(out, errors); // It has not quite ended, or the server ends streams that last.
        job = show(name);
      }
      followBoth(out, errors); // All that there was when it was over is there now.
      if (attempts(job) <= attempt) {
        progress.end();
        return job;
      }
      System.err.println("ebb: " + name + " starts again, attempt " + (attempt + 1));
    }
  }

  private static int attempts(JsonNode job) {
    return Integer.parseInt(job.at("/properties/properties").path("ebb.attempts").asString("1"));
  }

  private static boolean isOver(JsonNode job, int attempt) {
    return job.at("/properties/properties").has("ebb.end.cause") || attempts(job) > attempt;
  }

  /// What is copied of one stream, and how much of it was.
  private static final class Copied {
    final String name;
    final boolean errors;
    final int attempt;
    final int rank;
    final PrintStream to;
    long offset;

    /// @param attempt 0: the newest
    Copied(String name, boolean errors, int attempt, int rank, PrintStream to) {
      this.name = name;
      this.errors = errors;
      this.attempt = attempt;
      this.rank = rank;
      this.to = to;
    }

    String query(String how) {
      return "?stream=%s&rank=%d&offset=%d%s%s"
          .formatted(
              errors ? "stderr" : "stdout",
              rank,
              offset,
              attempt == 0 ? "" : "&attempt=" + attempt,
              how);
    }
  }

  private void followBoth(Copied out, Copied errors) {
    AtomicReference<@Nullable Failed> broken = new AtomicReference<>();
    Thread second =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                follow(errors);
              } catch (Failed failed) {
                broken.set(failed);
              }
            });
    follow(out);
    try {
      second.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    Failed failed = broken.get();
    if (failed != null) {
      throw failed;
    }
  }

  /// Where too many follow already, what is there is copied again and again.
  private void follow(Copied copied) {
    try {
      copy(copied, copied.query("&follow=true"));
    } catch (Failed failed) {
      if (!failed.code().equals("TooManyStreams")) {
        throw failed;
      }
      pause();
      copyIfThere(copied);
    }
  }

  private void copyIfThere(Copied copied) {
    try {
      copy(copied);
    } catch (Failed failed) {
      if (!failed.isAbsence()) {
        throw failed;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(CROWDED_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void copy(Copied copied) {
    copy(copied, copied.query("&all=true"));
  }

  private void copy(Copied copied, String query) {
    try (InputStream log = connection.stream(path(copied.name) + "/logs" + query)) {
      byte[] piece = new byte[8192];
      for (int read = log.read(piece); read >= 0; read = log.read(piece)) {
        copied.to.write(piece, 0, read);
        copied.to.flush();
        copied.offset += read;
      }
    } catch (IOException broken) {
      throw Failed.refused(
          "LogBroken",
          "the log broke off (%s); the job goes on: 'ebb logs -f %s'."
              .formatted(broken.getMessage(), copied.name));
    }
  }

  /// On how many nodes a job runs.
  static int nodes(JsonNode job) {
    return job.at("/properties/resources/instanceCount").asInt(1);
  }

  /// What the log of one of a job's nodes has written, into a file.
  void saveLog(String name, boolean errors, int rank, OutputStream to) {
    try (PrintStream out = new PrintStream(to)) {
      copy(new Copied(name, errors, 0, rank, out));
    }
  }

  /// A file that a job has left. One with holes takes less of the server's disk than its length.
  record Left(String path, long bytes) {}

  /// What a job has left in outputs and logs on one of its nodes.
  List<Left> files(String name, int rank) {
    List<Left> files = new ArrayList<>();
    String after = "";
    do {
      JsonNode page =
          connection.own(
              "GET",
              path(name) + "/files?rank=" + rank + "&after=" + Connection.encoded(after),
              null);
      page.path("value")
          .forEach(file ->
              files.add(new Left(file.path("path").asString(), file.path("bytes").asLong())));
      after = page.path("next").asString("");
    } while (!after.isEmpty());
    return files;
  }

  /// The content of one of these files.
  InputStream file(String name, int rank, String file) {
    return connection.stream(path(name) + "/files/" + escaped(file) + "?rank=" + rank);
  }

  static String escaped(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      parts.add(Connection.encoded(part));
    }
    return String.join("/", parts);
  }
}
