package ebb.app.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `ebb local-keeper`: has a local job's command run on this machine and tells the server of it. It
/// is started by the client and outlives it, so that Ctrl-C detaches here as everywhere.
///
/// A server that does not answer, or not of the job, is asked again: the command runs on, and what
/// it writes waits. A keeper that is killed is followed by another, which the next command of the
/// client starts: it does the same again from the beginning, for all of it may be said again, and
/// an agent starts no task twice.
@Command(name = "local-keeper", hidden = true)
public final class LocalKeeper implements Runnable {
  /// What runs the command of one job.
  public interface Machine extends AutoCloseable {
    /// Starts it, unless it has been started before.
    void start(Task task) throws IOException, InterruptedException;

    boolean hasStarted();

    /// Null while it has not.
    @Nullable Ended ended();

    void stop() throws IOException;

    /// Ends it, if it was ever started, and waits for that.
    void end() throws IOException, InterruptedException;

    /// Lets go of it after its end.
    @Override
    void close() throws IOException;
  }

  /// Who has one for the folder of a job.
  public interface Machines {
    Machine at(Path folder);
  }

  /// What is to run.
  ///
  /// @param folder the job's own, and `work` in it is where the command starts
  /// @param outputBytes the most that is kept of each stream
  public record Task(
      Path folder,
      List<String> arguments,
      Map<String, String> variables,
      long outputBytes,
      Duration limit,
      Duration grace) {
    public Path work() {
      return folder.resolve("work");
    }

    public Path stdout() {
      return folder.resolve("stdout");
    }

    public Path stderr() {
      return folder.resolve("stderr");
    }
  }

  /// How it ended, in the server's words.
  public record Ended(
      String end,
      int code,
      long cpuMillis,
      long peakMemoryKibibytes,
      long bytesRead,
      long bytesWritten,
      String detail) {
    /// Of one whose process nobody saw end.
    public static Ended unseen(String end, String detail) {
      return new Ended(end, 0, 0, 0, 0, 0, detail);
    }

    /// The same with something more to say.
    Ended but(String more) {
      String both = detail.isEmpty() || more.isEmpty() ? detail + more : detail + "; " + more;
      return new Ended(end, code, cpuMillis, peakMemoryKibibytes, bytesRead, bytesWritten, both);
    }
  }

  /// Between two looks: people wait for what is written.
  private static final long LOOK_MILLIS = 150;

  /// Between two questions whether the job was canceled.
  private static final long ASK_MILLIS = 1_000;

  /// So often a server refuses what the job has left, which takes an hour, before the end is told
  /// without.
  private static final int REFUSALS_MOST = 100;

  static final int PIECE_BYTES = 512 << 10;

  private final Machines machines;

  @Parameters(paramLabel = "DIR")
  private Path folder = Path.of("");

  LocalKeeper(Machines machines) {
    this.machines = machines;
  }

  private Place place = new Place();
  private String job = "";
  private String path = "";
  private long sentOut;
  private long sentErrors;
  private final Patience patience = new Patience();
  private String saidOf = "";

  @Override
  public void run() {
    try (FileLock lock = LocalJob.lock(folder)) {
      if (lock == null) {
        return; // somebody keeps it
      }
      JsonNode kept = Connection.JSON.readTree(Files.readAllBytes(folder.resolve(LocalJob.FILE)));
      place = LocalJob.place(kept);
      job = "/jobs/" + Connection.encoded(kept.path("name").asString());
      path = job + "/local";
      keep();
      LocalJob.isTold(folder);
    } catch (IOException failure) {
      throw Failed.refused("LocalJobLost", folder + ": " + failure + ".");
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep() throws IOException, InterruptedException {
    JsonNode order = insist(server -> server.own("POST", path, body()));
    if (order == null) {
      machines.at(folder).end(); // it is over: the server has said so
      return;
    }
    Ended ended = ended(task(order));
    try {
      insist(server -> sendLogs(server, Long.MAX_VALUE));
    } catch (IOException unreadable) {
      ended = ended.but("not all of its logs are on the server: " + unreadable.getMessage());
    }
    Ended told = ended.but(sendOutputs());
    insist(server -> server.own("POST", path + "/end", Connection.JSON.valueToTree(told)));
  }

  /// Answers why not all of what the job has left is on the server; empty if it is.
  private String sendOutputs() throws InterruptedException {
    int refusals = 0;
    while (true) {
      try {
        String left = new LocalOutputs(Connection.open(place), job, folder.resolve("work")).send();
        patience.hasSucceeded();
        return left.isEmpty() ? "" : unsent(left);
      } catch (Failed failed) {
        refusals = isAway(failed) ? 0 : refusals + 1;
        if (isOver(failed) || refusals == REFUSALS_MOST) {
          return unsent(failed.line());
        }
        Thread.sleep(pauseMillis(failed));
      } catch (IOException unreadable) {
        return unsent(unreadable.toString());
      }
    }
  }

  private String unsent(String why) {
    return "not all of its outputs are on the server, but in %s: %s"
        .formatted(folder.resolve("work"), why);
  }

  private Ended ended(Task task) throws InterruptedException {
    Ended ended = null;
    try (Machine machine = machines.at(folder)) {
      machine.start(task);
      ended = watch(machine, task.outputBytes());
    } catch (IOException failure) {
      if (ended == null) {
        ended = Ended.unseen("lost", String.valueOf(failure.getMessage())).but(notEnded());
      } else {
        System.err.println("ebb: its agent was not told to end: " + failure.getMessage());
      }
    }
    return ended;
  }

  /// Ends what may run although nobody has seen it; answers why that was not possible, empty if it
  /// was.
  private String notEnded() throws InterruptedException {
    try {
      machines.at(folder).end();
      return "";
    } catch (IOException silent) {
      return "it may run on, for its agent in " + folder + " does not answer";
    }
  }

  private ObjectNode body() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("folder", folder.resolve("work").toString())
        .put("environments", LocalJob.root().resolve("environments").toString());
  }

  private Task task(JsonNode order) throws IOException {
    List<String> arguments = new ArrayList<>();
    order.path("arguments").forEach(each -> arguments.add(each.asString()));
    Map<String, String> variables = new TreeMap<>();
    order.path("variables").forEachEntry((name, value) -> variables.put(name, value.asString()));
    Files.createDirectories(LocalJob.root().resolve("environments"));
    for (String each : List.of("outputs", "logs")) {
      Files.createDirectories(folder.resolve("work").resolve(each));
    }
    for (JsonNode each : order.path("folders")) {
      Files.createDirectories(Path.of(each.asString()));
    }
    return new Task(
        folder,
        arguments,
        variables,
        order.path("outputBytes").asLong(),
        Duration.ofMillis(order.path("limitMillis").asLong()),
        Duration.ofMillis(order.path("graceMillis").asLong()));
  }

  /// Tells of the start and of what is written until the command has ended. What is written beyond
  /// its bound is not told of before: the agent cuts it off, and says so, a while after.
  private Ended watch(Machine machine, long outputBytes) throws InterruptedException {
    Watch watch = new Watch();
    while (true) {
      Ended ended = machine.ended();
      if (ended != null) {
        return ended;
      }
      if (System.currentTimeMillis() >= watch.tellAt) {
        try {
          tell(machine, watch, outputBytes);
          patience.hasSucceeded();
        } catch (Failed failed) {
          if (isOver(failed) && !watch.isStopped) {
            watch.isStopped = isStopped(machine);
          }
          watch.tellAt = System.currentTimeMillis() + pauseMillis(failed);
        } catch (IOException unreadable) {
          watch.tellAt = System.currentTimeMillis() + patience.pauseMillis();
        }
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /// How far the server and the machine know of each other.
  private static final class Watch {
    boolean isToldOf;
    boolean isStopped;
    long askAt;
    long tellAt;
  }

  private void tell(Machine machine, Watch watch, long outputBytes) throws IOException {
    Connection server = Connection.open(place);
    if (!watch.isToldOf && machine.hasStarted()) {
      server.own("POST", path + "/start", null);
      watch.isToldOf = true;
    }
    if (System.currentTimeMillis() >= watch.askAt) {
      watch.askAt = System.currentTimeMillis() + ASK_MILLIS;
      String phase = server.own("GET", job, null).path("phase").asString();
      if (!watch.isStopped && (phase.equals("stopping") || phase.equals("ended"))) {
        watch.isStopped = isStopped(machine);
      }
    }
    sendLogs(server, outputBytes);
  }

  /// Asks it to; false if it could not be asked just now.
  private static boolean isStopped(Machine machine) {
    try {
      machine.stop();
      return true;
    } catch (IOException gone) {
      return false;
    }
  }

  private interface Question {
    JsonNode ask(Connection server) throws IOException;
  }

  /// Asks until there is an answer; null if the server has said that the job is over.
  private @Nullable JsonNode insist(Question question) throws IOException, InterruptedException {
    while (true) {
      try {
        JsonNode answer = question.ask(Connection.open(place));
        patience.hasSucceeded();
        return answer;
      } catch (Failed failed) {
        if (isOver(failed)) {
          return null;
        }
        Thread.sleep(pauseMillis(failed));
      }
    }
  }

  /// How long to wait before the server is asked again. Why is said where this process writes, once
  /// for each reason.
  private long pauseMillis(Failed failed) {
    if (!failed.code().equals(saidOf)) {
      saidOf = failed.code();
      System.err.println(failed.line());
    }
    return patience.pauseMillis();
  }

  /// Whether the server has said of the job that it is over, or not this machine's. Any other
  /// failure says nothing of the job: it runs on, and the server is asked again.
  private static boolean isOver(Failed failed) {
    return switch (failed.code()) {
      case "ResourceNotFound", "JobAlreadyEnded", "SpecificationErased", "NotLocal" -> true;
      case "NameAlreadyUsed" -> true; // the name is of a job that was deleted
      case "AuthorizationFailed" -> true;
      default -> false;
    };
  }

  /// Whether no server was there that could have taken something.
  private static boolean isAway(Failed failed) {
    return switch (failed.code()) {
      case "NoServer", "ServerUnreachable", "ServerNotReady", "ServerNotStarted" -> true;
      default -> false;
    };
  }

  private JsonNode sendLogs(Connection server, long most) throws IOException {
    sentOut = send(server, "stdout", sentOut, most);
    sentErrors = send(server, "stderr", sentErrors, most);
    return JsonNodeFactory.instance.nullNode();
  }

  /// Sends what a stream has more than was sent, up to `most`; answers how much that is by now.
  private long send(Connection server, String stream, long sent, long most) throws IOException {
    long next = sent;
    try (SeekableByteChannel file = Files.newByteChannel(folder.resolve(stream))) {
      long left;
      while ((left = Math.min(file.size(), most) - next) > 0) {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, left));
        file.position(next);
        int read = file.read(piece);
        if (read <= 0) {
          break;
        }
        try {
          server.send(
              path + "/logs?stream=" + stream + "&offset=" + next,
              out -> out.write(piece.array(), 0, read));
          next += read;
        } catch (Failed failed) {
          if (!failed.code().equals("LogGap") || next == 0) {
            throw failed;
          }
          next = 0; // The server has lost what it had; here all of it still is.
        }
      }
    } catch (NoSuchFileException absent) {
      return next; // nothing was written yet
    }
    return next;
  }
}
