package ebb.app.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `ebb demo`: the whole of it in two minutes, with commands that anybody can type.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows all of it in about a minute, with a real training.",
      "Makes a cluster, trains a model several times on it, kills the server in the middle,",
      "and shows what came of it: scores, the life of the nodes, and the bill."
    })
final class Demo implements Callable<Integer> {
  private static final List<String> RATES = List.of("0.01", "0.1", "0.3", "0.5");
  private static final Pattern SCORE = Pattern.compile("test accuracy ([0-9.]+)");
  private static final String CLUSTER = "testcluster";
  private static final String JAVA = System.getProperty("java.home");

  /// The trainings take a quarter of it on two cores.
  private static final long PATIENCE_MILLIS = 170_000;

  private static final long POLL_MILLIS = 300;

  /// Runs a line as if somebody had typed it, and answers its exit code.
  interface Typing {
    int type(String... words);
  }

  private final Typing typing;
  private final Ebb.Removed removed;
  private final Instant began = Instant.now();
  private Path home = Path.of("");

  Demo(Typing typing, Ebb.Removed removed) {
    this.typing = typing;
    this.removed = removed;
  }

  @Option(
      names = "--home",
      paramLabel = "DIR",
      description =
          "Keeps everything in this new folder (default: one that is removed at the end).")
  private @Nullable Path kept;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "How long each training is (default: ${DEFAULT-VALUE}).",
      defaultValue = "150")
  private int epochs = 150;

  @Override
  public Integer call() throws IOException {
    Path code = example();
    home = kept == null ? temporary() : kept;
    if (kept != null && Files.exists(kept)) {
      throw Failed.unreadable("'" + kept + "' is there already: name a new folder.");
    }
    System.out.printf(
        "ebb demo · everything is kept in %s%s%n",
        home, kept == null ? ", which is removed at the end (--home DIR keeps it)" : "");
    OwnServer own = new OwnServer(home);
    try {
      start(own);
      play(own, code);
      return 0;
    } finally {
      if (kept == null) {
        own.end();
        remove(home.resolveSibling(""));
        removed.of(home);
      }
    }
  }

  private static Path example() {
    Path example = OwnServer.launcher().resolveSibling("examples").resolve("digits");
    if (!Files.exists(example.resolve("Train.java"))) {
      throw Failed.refused(
          "NoExample", "there is no " + example + ": start the demo with ./ebb of a whole clone.");
    }
    Path here = Path.of("").toAbsolutePath();
    return example.startsWith(here) ? here.relativize(example) : example; // as people would type it
  }

  /// Others may pass through it: where jobs run as users of their own, their folders are beside it.
  private static Path temporary() throws IOException {
    Path parent = Files.createTempDirectory("ebb-demo-");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx--x--x"));
    return parent.resolve("home");
  }

  private void play(OwnServer own, Path code) {
    title(
        "A cluster, as Azure's documents make one (a size that fits here, and idle for 3 s in place of 300)");
    type(
        "ml computetarget create amlcompute --name testcluster --vm-size Standard_DS1_v2 --min-nodes 0 --max-nodes 3 --idle-seconds-before-scaledown 3 -o table");
    title("Four trainings of handwritten digits: three fit beside each other, one waits");
    List<String> jobs = new ArrayList<>();
    for (String rate : RATES) {
      jobs.add(submit(rate, code));
    }
    type("why " + jobs.getLast());
    title("Nodes come while there is work");
    Connection connection = Connection.to(place());
    await(
        connection, "three trainings run", () -> running(connection) >= 3 || ended(connection) > 0);
    type("ps");
    type("top --once");
    crash(own);
    tellScores(jobs);
    tellBill(jobs);
    tellNext();
  }

  private String submit(String rate, Path code) {
    String job = "rate-" + rate.replace('.', '-');
    List<String> words = new ArrayList<>(List.of("run", "--detach", "--cluster", CLUSTER));
    words.addAll(List.of("--name", job, "--max", "2m", "--code", code.toString()));
    words.addAll(List.of("--env", "JAVA_HOME=" + JAVA, "--"));
    words.add("\"$JAVA_HOME\"/bin/java Train.java --rate %s --epochs %d".formatted(rate, epochs));
    type(words);
    return job;
  }

  private void crash(OwnServer own) {
    title("kill -9 of the server, in the middle of it");
    own.kill();
    System.out.println("the server is gone; what it started runs on");
    start(own);
    Connection again = Connection.to(place());
    System.out.printf(
        "started again: %d jobs are known, %d of them have ended%n",
        jobs(again).size(), ended(again));
    type("ps");
  }

  private void tellScores(List<String> jobs) {
    title("The scores, on digits that no training has seen");
    Connection connection = Connection.to(place());
    await(connection, "all trainings have ended", () -> ended(connection) == jobs.size());
    for (String job : jobs) {
      System.out.printf("%-10s %s%n", job, score(connection, job));
    }
  }

  private void tellBill(List<String> jobs) {
    title("No work, no nodes");
    Connection connection = Connection.to(place());
    await(connection, "the last node is gone", () -> nodes(connection) == 0);
    String id = connection.own("GET", "/clusters/" + CLUSTER, null).path("id").asString();
    System.out.print(Timeline.of(connection, id, began));
    title("The bill: each millisecond of each node once, and the rows add up to the total");
    type("cost --by cluster");
    type("cost --by user");
    type("why " + jobs.getFirst());
  }

  private static void tellNext() {
    title("What to try next");
    System.out.println(
        "  ebb run -- echo hello            starts a server of your own in ~/.ebb and runs a job");
    System.out.println("  ebb run --code examples/digits \\");
    System.out.println("      -- sh train.sh --hidden 64");
    System.out.println("  ebb                              how things stand");
    System.out.println("  ebb --help                       everything else; docs/ has the guides");
  }

  /// Jobs in a sandbox must find the JDK, wherever it is.
  private static void start(OwnServer own) {
    own.start("tasks.programs=" + JAVA);
  }

  private static void title(String text) {
    System.out.println();
    System.out.println(Terminal.Colour.BOLD.of(text));
  }

  private Place place() {
    Place place = new Place();
    place.home = home;
    return place;
  }

  /// Types a command and shows it as it would be typed.
  private void type(String line) {
    type(List.of(line.split(" ")));
  }

  private void type(List<String> words) {
    StringBuilder shown = new StringBuilder("$ ebb");
    for (String word : words) {
      shown.append(' ').append(Run.quoted(word));
    }
    System.out.println(Terminal.Colour.CYAN.of(shown.toString()));
    System.out.flush();
    List<String> whole = new ArrayList<>(words);
    int options = whole.indexOf("--");
    whole.addAll(options < 0 ? whole.size() : options, List.of("--home", home.toString()));
    int code = typing.type(whole.toArray(String[]::new));
    System.err.flush();
    if (code != 0) {
      throw Failed.refused("DemoFailed", "the command above ended with " + code + ".");
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Connection connection, String what, Condition condition) {
    Progress progress = new Progress("waiting until " + what);
    long until = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!condition.holds()) {
      if (System.currentTimeMillis() > until) {
        throw Failed.refused(
            "DemoFailed",
            "it took too long until " + what + ":\n" + Standing.of(connection).line());
      }
      progress.pause(POLL_MILLIS);
    }
    progress.end();
  }

  private static List<JsonNode> jobs(Connection connection) {
    return connection.own("GET", "/jobs", null).path("value").valueStream().toList();
  }

  private static long running(Connection connection) {
    return jobs(connection).stream()
        .filter(job -> job.path("phase").asString().equals("running"))
        .count();
  }

  private static long ended(Connection connection) {
    return jobs(connection).stream()
        .filter(job -> job.path("phase").asString().equals("ended"))
        .count();
  }

  private static int nodes(Connection connection) {
    return connection.own("GET", "/clusters/" + CLUSTER, null).at("/counts/existing").asInt();
  }

  private static String score(Connection connection, String job) {
    Matcher score = SCORE.matcher(new Jobs(connection).printed(job));
    String found =
        score.find()
            ? String.format(Locale.ROOT, "%.1f %% right", 100 * Double.parseDouble(score.group(1)))
            : "no score";
    JsonNode charges = connection.own("GET", "/jobs/" + job, null).path("charges");
    return "%s, %s USD by list price".formatted(found, charges.path("list").asString());
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
              throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
