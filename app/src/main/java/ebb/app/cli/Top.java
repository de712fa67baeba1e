package ebb.app.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `ebb top`: clusters, nodes, jobs and money, as they change.
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description = "Shows clusters, jobs and money, again every two seconds; Ctrl-C ends it.")
final class Top implements Runnable {
  private static final long EVERY_MILLIS = 2_000;

  /// More do not fit on a screen.
  private static final int JOBS = 20;

  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Mixin private Place place = new Place();
  @Mixin private AzLine az = new AzLine();

  @Option(names = "--once", description = "Shows them once; so it is without a terminal.")
  private boolean once;

  @Override
  public void run() {
    az.refuses("'az ml compute list' and 'az ml job list' have what it shows, once");
    Connection connection = Connection.to(place);
    boolean again = Terminal.isThere() && !once;
    do {
      String screen = screen(Standing.of(connection));
      System.out.print((again ? CLEAR : "") + screen);
      System.out.flush();
    } while (again && isAwake());
  }

  private static boolean isAwake() {
    try {
      Thread.sleep(EVERY_MILLIS);
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  static String screen(Standing standing) {
    List<JsonNode> live = standing.live();
    String jobs =
        live.isEmpty()
            ? "no job runs or waits\n"
            : Output.table(live.subList(0, Math.min(JOBS, live.size())), columns(standing));
    String more = live.size() > JOBS ? "and " + (live.size() - JOBS) + " more\n" : "";
    return standing.line()
        + "\n"
        + Output.table(standing.clusters(), standing.clusterColumns())
        + jobs
        + more;
  }

  private static List<Output.Column> columns(Standing standing) {
    return List.of(
        Output.Column.of("JOB", "/name"),
        Output.Column.of("USER", "/account"),
        Output.Column.of("STATE", "/phase"),
        new Output.Column("FOR", Top::since),
        Output.Column.of("CLUSTER", "/cluster"),
        new Output.Column("SO FAR", job -> job.at("/charges/list").asString("")),
        new Output.Column(
            "WAITS FOR", job -> Standing.isWaiting(job) ? shortened(standing.why(job)) : ""));
  }

  private static String since(JsonNode job) {
    Duration since = Duration.between(Instant.parse(job.path("since").asString()), Instant.now());
    return "%d:%02d".formatted(since.toMinutes(), Math.max(0, since.toSecondsPart()));
  }

  /// A reason has more to say than a line has room for.
  static String shortened(String why) {
    int most = 70;
    return why.length() <= most ? why : why.substring(0, most - 1) + "…";
  }
}
