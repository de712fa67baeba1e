package ebb.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// The short verbs: one for each thing that people do all day.
final class People {
  /// All of them.
  static final List<Class<?>> VERBS =
      List.of(
          Run.class,
          Ps.class,
          Logs.class,
          Stop.class,
          Reason.class,
          Nodes.class,
          Top.class,
          Spent.class,
          Clean.class);

  private People() {}

  @Command(name = "ps", mixinStandardHelpOptions = true, description = "Lists the newest jobs.")
  static final class Ps implements Runnable {
    /// As many as az lists.
    private static final int MOST = 50;

    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output(Output.Format.table);
    @Mixin private AzLine az = new AzLine();

    @Override
    public void run() {
      List<String> line = new ArrayList<>(List.of("job", "list", "--max-results", "" + MOST));
      line.addAll(output.words());
      if (az.tells(place, line.toArray(String[]::new))) {
        return;
      }
      Connection connection = Connection.to(place);
      String warning = connection.warning();
      if (warning != null) {
        System.err.println("ebb: " + warning);
      }
      output.showAll(new Jobs(connection).newest("ActiveOnly", MOST), Jobs.COLUMNS, AzShape::job);
    }
  }

  @Command(name = "logs", mixinStandardHelpOptions = true, description = "Shows what a job wrote.")
  static final class Logs implements Callable<Integer> {
    @Mixin private Place place = new Place();
    @Mixin private AzLine az = new AzLine();

    @Option(
        names = {"-f", "--follow"},
        description = "Goes on until the job ends, and shows its standard error too.")
    private boolean follow;

    @Option(names = "--stderr", description = "Its standard error.")
    private boolean errors;

    @Option(names = "--rank", paramLabel = "N", description = "Of this node of it (default: 0).")
    private int rank;

    @Parameters(paramLabel = "JOB")
    private String job = "";

    @Override
    public Integer call() {
      if (!follow || rank != 0) {
        az.refuses("it follows the first node of a job to its end, as 'ebb logs -f' does");
      } else if (az.tells(place, "job", "stream", "--name", job)) {
        return 0;
      }
      Jobs jobs = new Jobs(Connection.to(place));
      if (follow) {
        return End.tell(jobs.follow(job, rank));
      }
      jobs.copyLog(job, errors, rank);
      return 0;
    }
  }

  @Command(name = "stop", mixinStandardHelpOptions = true, description = "Cancels a job.")
  static final class Stop implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private AzLine az = new AzLine();

    @Parameters(paramLabel = "JOB")
    private String job = "";

    @Override
    public void run() {
      if (az.tells(place, "job", "cancel", "--name", job)) {
        return;
      }
      new Jobs(Connection.to(place)).cancel(job);
      System.err.println("ebb: " + job + " is asked to end");
    }
  }

  @Command(
      name = "why",
      mixinStandardHelpOptions = true,
      description = "Says what a job, a cluster or a node waits for, or how it ended.")
  static final class Reason implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private AzLine az = new AzLine();

    @Parameters(paramLabel = "NAME")
    private String name = "";

    @Override
    public void run() {
      az.refuses("'az ml job show' has a job's status, and no reason");
      Why.of(Connection.to(place), name).print();
    }
  }

  @Command(
      name = "nodes",
      mixinStandardHelpOptions = true,
      description =
          "Lists the nodes that exist, of all clusters or, with -w, -g or --subscription, of a workspace's.")
  static final class Nodes implements Runnable {
    static final List<Output.Column> COLUMNS =
        List.of(
            Output.Column.of("Node", "/id"),
            Output.Column.of("Cluster", "/cluster"),
            new Output.Column(
                "State",
                node ->
                    node.path("phase").asString()
                        + (node.has("releaseOverdue") ? " (overdue)" : "")),
            Output.Column.of("Since", "/since"),
            new Output.Column(
                "Kind", node -> node.path("virtual").asBoolean() ? "virtual" : "real"),
            new Output.Column(
                "Isolation",
                node ->
                    node.path("isolation").asString()
                        + (node.path("weaknesses").isEmpty() ? "" : " (weaker)")),
            Output.Column.of("Task", "/task"));

    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output(Output.Format.table);
    @Mixin private AzLine az = new AzLine();

    @Override
    public void run() {
      az.refuses("'az ml compute list-nodes --name CLUSTER' lists those of one cluster");
      List<JsonNode> nodes =
          Connection.to(place)
              .concerned("/ebb/v1/nodes", node -> Stream.of(node.path("workspace")));
      output.showAll(nodes, COLUMNS);
    }
  }

  @Command(
      name = "gc",
      mixinStandardHelpOptions = true,
      description = {
        "Removes what ended jobs left between, and code, environments and pulled images that nobody needs.",
        "An environment goes that no job has started with for a month.",
        "Outputs, logs and what jobs printed stay."
      })
  static final class Clean implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private AzLine az = new AzLine();

    @Option(names = "--dry-run", description = "Only says how much it would free.")
    private boolean dry;

    @Option(
        names = "--older-than",
        paramLabel = "DAYS",
        description = "What is older (default: as the server keeps it).")
    private int days = -1;

    @Override
    public void run() {
      az.refuses("what ended jobs leave between is not removed there");
      place.refuseAll("what is removed belongs to the server");
      String query = "?dry=" + dry + (days < 0 ? "" : "&olderThan=P" + days + "D");
      JsonNode freed = Connection.to(place).toServer("POST", "/ebb/v1/gc" + query, null);
      long bytes =
          freed.path("bytes").asLong()
              + freed.path("codeBytes").asLong()
              + freed.path("environmentBytes").asLong()
              + freed.path("imageBytes").asLong();
      System.out.println(
          "%s %s of %s, %s, %s and %s"
              .formatted(
                  dry ? "would free" : "freed",
                  Plan.bytes(bytes),
                  Plan.count(freed.path("jobs").asInt(), "job"),
                  Plan.count(freed.path("code").asInt(), "sent folder"),
                  Plan.count(freed.path("environments").asInt(), "environment"),
                  Plan.count(freed.path("images").asInt(), "pulled image")));
    }
  }
}
