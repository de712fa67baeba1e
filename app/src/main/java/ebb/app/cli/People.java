package ebb.app.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// The short verbs: one for each thing that people do all day.
final class People {
  private People() {}

  /// All of them.
  static List<Object> verbs() {
    return List.of(new Run(), new Ps(), new Logs(), new Stop(), new Why(), new Spent());
  }

  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Runs a command on a node, shows what it writes, and ends with its exit code.",
        "Ctrl-C detaches; the job goes on."
      })
  static final class Run implements Callable<Integer> {
    private static final Pattern AMOUNT = Pattern.compile("([0-9]+)([smhd])");

    @Mixin private Place place = new Place();

    @Option(names = "--name", paramLabel = "NAME", description = "Default: made of the time.")
    private @Nullable String name;

    @Option(names = "--cluster", paramLabel = "NAME", description = "Runs on this cluster.")
    private @Nullable String cluster;

    @Option(
        names = "--size",
        paramLabel = "SIZE",
        description =
            "Without a cluster: runs on one that Ebb keeps for the size (default: ${DEFAULT-VALUE}).",
        defaultValue = "Standard_D2s_v3")
    private String size = "Standard_D2s_v3";

    @Option(names = "--nodes", paramLabel = "N", description = "On so many nodes (default: 1).")
    private int nodes = 1;

    @Option(
        names = "--max",
        paramLabel = "TIME",
        description = "At most so long: 90s, 30m, 2h, 1d.")
    private @Nullable String max;

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "A variable for the command.")
    private Map<String, String> variables = new TreeMap<>();

    @Option(
        names = {"-d", "--detach"},
        description = "Does not wait.")
    private boolean detach;

    @Parameters(
        arity = "1..*",
        paramLabel = "COMMAND",
        description = "After '--': a program and its arguments, or one text for /bin/sh.")
    private List<String> command = List.of();

    @Override
    public Integer call() {
      Jobs jobs = new Jobs(Connection.to(place));
      String job = name == null ? "run-" + Long.toString(System.currentTimeMillis(), 36) : name;
      JsonNode submitted =
          jobs.submit(job, new Jobs.Wanted(line(), cluster, size, nodes, limit(max), variables));
      String where = submitted.at("/properties/computeId").asString();
      System.err.println(
          "ebb: %s runs on %s; Ctrl-C detaches, 'ebb stop %s' ends it"
              .formatted(job, where.substring(where.lastIndexOf('/') + 1), job));
      if (detach) {
        System.out.println(job);
        return 0;
      }
      jobs.copyLogs(job, false, true);
      return end(jobs, job);
    }

    /// A program and its arguments as one line for the shell, each kept as it was typed.
    private String line() {
      return command.size() == 1
          ? command.getFirst()
          : command.stream()
              .map(word -> "'" + word.replace("'", "'\\''") + "'")
              .collect(Collectors.joining(" "));
    }

    private static @Nullable String limit(@Nullable String typed) {
      if (typed == null) {
        return null;
      }
      Matcher amount = AMOUNT.matcher(typed.toLowerCase(Locale.ROOT));
      if (!amount.matches()) {
        throw new Failed(
            "InvalidRequest", "'" + typed + "' is no time: 90s, 30m, 2h and 1d are.", 2);
      }
      long number = Long.parseLong(amount.group(1));
      return switch (amount.group(2)) {
        case "s" -> Duration.ofSeconds(number).toString();
        case "m" -> Duration.ofMinutes(number).toString();
        case "h" -> Duration.ofHours(number).toString();
        default -> Duration.ofDays(number).toString(); // d, by the pattern
      };
    }

    /// Waits for the word of the end, which comes right after the log's.
    private static int end(Jobs jobs, String name) {
      Progress progress = new Progress("waiting for the end of " + name);
      while (true) {
        JsonNode job = jobs.show(name);
        JsonNode properties = job.at("/properties/properties");
        if (!properties.path("ebb.end.cause").isMissingNode()) {
          progress.end();
          return told(name, properties);
        }
        progress.pause(100);
      }
    }

    private static int told(String name, JsonNode end) {
      String cause = end.path("ebb.end.cause").asString();
      if (cause.equals("succeeded")) {
        return 0;
      }
      System.err.println(
          "ebb: %s: %s (%s)".formatted(name, cause, end.path("ebb.end.detail").asString("")));
      int code = end.path("ebb.end.code").asInt(1);
      return code > 0 && code < 256 ? code : 1;
    }
  }

  @Command(name = "ps", mixinStandardHelpOptions = true, description = "Lists the newest jobs.")
  static final class Ps implements Runnable {
    @Mixin private Place place = new Place();

    @Override
    public void run() {
      System.out.print(Output.table(new Jobs(Connection.to(place)).newest(), Jobs.COLUMNS));
    }
  }

  @Command(name = "logs", mixinStandardHelpOptions = true, description = "Shows what a job wrote.")
  static final class Logs implements Runnable {
    @Mixin private Place place = new Place();

    @Option(
        names = {"-f", "--follow"},
        description = "Goes on until the job ends.")
    private boolean follow;

    @Option(names = "--stderr", description = "Its standard error.")
    private boolean errors;

    @Parameters(paramLabel = "JOB")
    private String job = "";

    @Override
    public void run() {
      new Jobs(Connection.to(place)).copyLogs(job, errors, follow);
    }
  }

  @Command(name = "stop", mixinStandardHelpOptions = true, description = "Cancels a job.")
  static final class Stop implements Runnable {
    @Mixin private Place place = new Place();

    @Parameters(paramLabel = "JOB")
    private String job = "";

    @Override
    public void run() {
      new Jobs(Connection.to(place)).cancel(job);
      System.err.println("ebb: " + job + " is asked to end");
    }
  }

  @Command(
      name = "why",
      mixinStandardHelpOptions = true,
      description = "Says what a job or a cluster waits for, or how it ended.")
  static final class Why implements Runnable {
    @Mixin private Place place = new Place();

    @Parameters(paramLabel = "NAME")
    private String name = "";

    @Override
    public void run() {
      System.out.println(new Jobs(Connection.to(place)).why(name));
    }
  }
}
