package ebb.app.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ebb ml computetarget`: clusters in the grammar of Azure's documents of 2021.
@Command(
    name = "computetarget",
    mixinStandardHelpOptions = true,
    description = "Clusters, in the words of the first Azure ML command line.")
@CommandTree.Below({
  ComputeTarget.Create.class,
  ComputeTarget.Show.class,
  ComputeTarget.List.class,
  ComputeTarget.Update.class,
  ComputeTarget.Delete.class
})
final class ComputeTarget {
  /// The options that name what is common to all of these.
  static final class Named {
    @Mixin Place place = new Place();
    @Mixin Output output = new Output();

    @Option(
        names = {"-n", "--name"},
        required = true,
        paramLabel = "NAME",
        description = "The cluster.")
    String name = "";

    Clusters clusters() {
      return new Clusters(Connection.to(place));
    }
  }

  @Command(name = "create", description = "Creates a cluster.")
  @CommandTree.Below(CreateAmlCompute.class)
  static final class Create {}

  @Command(
      name = "amlcompute",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Creates a cluster that grows and shrinks with its jobs.")
  static final class CreateAmlCompute implements Runnable {
    @Mixin private Named named = new Named();
    @Mixin NotDone notDone = new NotDone();

    @Option(
        names = {"-s", "--vm-size"},
        paramLabel = "SIZE",
        description = "The size of its nodes (default: ${DEFAULT-VALUE}).",
        defaultValue = "Standard_NC6")
    private String size = "Standard_NC6";

    @Option(names = "--max-nodes", required = true, paramLabel = "N", description = "At most.")
    private int max;

    @Option(
        names = "--min-nodes",
        paramLabel = "N",
        description = "At least, used or not (default: 0).")
    private int min;

    @Option(
        names = "--idle-seconds-before-scaledown",
        paramLabel = "SECONDS",
        description = "How long a node stays without work (default: 120).")
    private @Nullable Integer idle;

    @Option(
        names = "--vm-priority",
        paramLabel = "PRIORITY",
        description = "dedicated (the default) or lowpriority.")
    private @Nullable String priority;

    @Mixin private ClusterOptions options = new ClusterOptions();
    @Mixin NoWait noWait = new NoWait();

    @Override
    public void run() {
      Clusters.Wanted wanted =
          new Clusters.Wanted(
              size,
              priority,
              min,
              max,
              idle,
              options.location,
              options.isolation,
              options.network,
              options.tags);
      named.output.show(named.clusters().create(named.name, wanted), Clusters.COLUMNS);
    }
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a cluster.")
  static final class Show implements Runnable {
    @Mixin private Named named = new Named();

    @Override
    public void run() {
      named.output.show(named.clusters().show(named.name), Clusters.COLUMNS);
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the clusters.")
  static final class List implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output();

    @Override
    public void run() {
      output.showAll(new Clusters(Connection.to(place)).list(), Clusters.COLUMNS);
    }
  }

  @Command(name = "update", description = "Changes a cluster's numbers.")
  @CommandTree.Below(UpdateAmlCompute.class)
  static final class Update {}

  @Command(
      name = "amlcompute",
      mixinStandardHelpOptions = true,
      description = "Changes a cluster's numbers; what is not named stays.")
  static final class UpdateAmlCompute implements Runnable {
    @Mixin private Named named = new Named();

    @Option(names = "--max-nodes", paramLabel = "N", description = "At most.")
    private @Nullable Integer max;

    @Option(names = "--min-nodes", paramLabel = "N", description = "At least.")
    private @Nullable Integer min;

    @Option(
        names = "--idle-seconds-before-scaledown",
        paramLabel = "SECONDS",
        description = "How long a node stays without work.")
    private @Nullable Integer idle;

    @Mixin NoWait noWait = new NoWait();

    @Override
    public void run() {
      Clusters.Wanted wanted =
          new Clusters.Wanted(null, null, min, max, idle, null, null, null, Map.of());
      named.output.show(named.clusters().update(named.name, wanted), Clusters.COLUMNS);
    }
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Deletes a cluster and waits until its last node is gone.")
  static final class Delete implements Runnable {
    @Mixin private Named named = new Named();

    @Mixin private Deletion deletion = new Deletion();

    @Override
    public void run() {
      deletion.confirm(named.name + " is deleted, and what runs on it is ended");
      named.clusters().delete(named.name, deletion.isAwaited());
    }
  }
}
