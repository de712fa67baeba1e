package ebb.app.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `ebb top`: clusters, nodes, jobs and money, as they change.
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description = {
      "Shows clusters, jobs and money, again every two seconds, until q or Ctrl-C.",
      "While the server does not answer it says so, and goes on once it does.",
      "Keys: w why, l logs, c cost, k stop, / filter, q end."
    })
final class Top implements Runnable {
  private static final long EVERY_MILLIS = 2_000;

  /// More do not fit on a screen.
  private static final int JOBS = 20;

  private static final String CLEAR = "\u001b[H\u001b[2J";
  private static final String KEYS = "[w]hy [l]ogs [c]ost [k] stop [/] filter [q]uit\n";

  @Mixin private Place place = new Place();
  @Mixin private AzLine az = new AzLine();

  @Option(names = "--once", description = "Shows them once; so it is without a terminal.")
  private boolean once;

  private String filter = "";

  @Override
  public void run() {
    az.refuses("'az ml compute list' and 'az ml job list' have what it shows, once");
    Connection connection = Connection.to(place);
    Keys keys = Terminal.isThere() && !once ? Keys.open() : null;
    if (keys == null) {
      System.out.print(screen(Standing.of(connection), ""));
      return;
    }
    try (keys) {
      follow(connection, keys);
    }
  }

  /// What fails at the first look ends it; later the server may be back at any time.
  private void follow(Connection first, Keys keys) {
    Connection connection = first;
    Standing standing = Standing.of(connection);
    Patience patience = new Patience();
    String failing = "";
    long pauseMillis = EVERY_MILLIS;
    while (true) {
      System.out.print(CLEAR + screen(standing, filter) + failing + KEYS);
      System.out.flush();
      char key = keys.next(pauseMillis);
      if (key == 'q') {
        return;
      }
      if (key != 0) {
        answer(key, keys, connection, standing);
      }
      try {
        connection = Connection.running(place).quiet();
        standing = Standing.of(connection);
        patience.hasSucceeded();
        failing = "";
        pauseMillis = EVERY_MILLIS;
      } catch (Failed failed) {
        pauseMillis = patience.pauseMillis();
        failing =
            Table.wrapped(failed.line(), "  ", Terminal.width())
                + "\nthis is how it stood before; the server is asked again in %d s, or with any key\n"
                    .formatted(Math.ceilDiv(pauseMillis, 1_000));
      }
    }
  }

  /// Does what a key stands for. What is refused is said, and no reason to end.
  private void answer(char key, Keys keys, Connection connection, Standing standing) {
    try {
      switch (key) {
        case '/' -> filter = keys.line("only what has (nothing for all): ");
        case 'w' -> Why.of(connection, named(keys, standing, "why of")).print();
        case 'l' -> new Jobs(connection).copyLog(named(keys, standing, "logs of"), false, 0);
        case 'c' -> new Spent(place).run();
        case 'k' -> stop(named(keys, standing, "stop"), keys, connection);
        default -> {
          return; // no key of ours
        }
      }
    } catch (Failed failed) {
      System.out.println(failed.line());
    }
    if (key != '/') {
      System.out.print("any key goes on ");
      System.out.flush();
      keys.any();
    }
  }

  private static void stop(String job, Keys keys, Connection connection) {
    if (keys.line("stop " + job + "? [y/N] ").toLowerCase(Locale.ROOT).startsWith("y")) {
      new Jobs(connection).cancel(job);
      System.out.println(job + " is asked to end");
    }
  }

  /// Which one is meant: the first job that is shown unless another is typed.
  private String named(Keys keys, Standing standing, String what) {
    List<JsonNode> jobs = matching(standing.live(), filter);
    String first = jobs.isEmpty() ? "" : jobs.getFirst().path("name").asString();
    String typed = keys.line(what + (first.isEmpty() ? ": " : " [" + first + "]: "));
    if (typed.isEmpty() && first.isEmpty()) {
      throw Failed.unreadable("nothing was named.");
    }
    return typed.isEmpty() ? first : typed;
  }

  static String screen(Standing standing, String filter) {
    List<JsonNode> live = matching(standing.live(), filter);
    String jobs =
        live.isEmpty()
            ? "no job runs or waits\n"
            : Table.of(live.subList(0, Math.min(JOBS, live.size())), columns(standing));
    String more = live.size() > JOBS ? "and " + (live.size() - JOBS) + " more\n" : "";
    return standing.warning()
        + Table.wrapped(standing.line(), "  ", Terminal.width())
        + "\n"
        + Table.of(matching(standing.clusters(), filter), standing.clusterColumns())
        + jobs
        + more;
  }

  private static List<JsonNode> matching(List<JsonNode> rows, String filter) {
    return rows.stream().filter(row -> row.path("name").asString().contains(filter)).toList();
  }

  private static List<Output.Column> columns(Standing standing) {
    List<Output.Column> columns = new ArrayList<>();
    columns.add(Output.Column.of("JOB", "/name"));
    columns.add(Output.Column.of("USER", "/account"));
    columns.add(Output.Column.of("STATE", "/phase"));
    columns.add(new Output.Column("FOR", Top::since));
    columns.add(Output.Column.of("ON", "/cluster"));
    columns.add(new Output.Column("LEFT", Top::left));
    columns.add(new Output.Column("SO FAR", job -> job.at("/charges/list").asString("")));
    columns.add(new Output.Column("WORST", standing::worst));
    columns.add(
        new Output.Column(
            "WAITS FOR", job -> Standing.isWaiting(job) ? shortened(standing.why(job)) : ""));
    return columns;
  }

  private static String since(JsonNode job) {
    return clock(Standing.passed(job));
  }

  /// Until the time limit ends it; empty while it does not run.
  private static String left(JsonNode job) {
    return job.path("phase").asString().equals("running") ? clock(Standing.left(job)) : "";
  }

  private static String clock(Duration time) {
    if (time.toDays() > 0) {
      return "%dd %dh".formatted(time.toDays(), time.toHoursPart());
    }
    int seconds = Math.max(0, time.toSecondsPart());
    return time.toHours() > 0
        ? "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), seconds)
        : "%d:%02d".formatted(time.toMinutes(), seconds);
  }

  /// What stands in the way, without the advice: 'ebb why' has that.
  static String shortened(String why) {
    int end = why.indexOf(". ");
    return end < 0 ? why : why.substring(0, end);
  }
}
