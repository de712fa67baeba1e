package ebb.app.cli;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `ebb ml compute`: clusters in the grammar of Azure ML's second command line.
@Command(
    name = "compute",
    mixinStandardHelpOptions = true,
    description = "Clusters, in the words of the second Azure ML command line.")
@CommandTree.Below({
  ComputeCommand.Create.class,
  ComputeCommand.Show.class,
  ComputeCommand.List.class,
  ComputeCommand.ListNodes.class,
  ComputeCommand.ListSizes.class,
  ComputeCommand.ListUsage.class,
  ComputeCommand.Update.class,
  ComputeTarget.Delete.class
})
final class ComputeCommand {
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Creates a cluster that grows and shrinks with its jobs.")
  static final class Create implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output();
    @Mixin NotDone notDone = new NotDone();

    @Option(
        names = {"-n", "--name"},
        paramLabel = "NAME",
        description = "The cluster; default: the file's name for it.")
    private @Nullable String name;

    @Mixin private FileOption file = new FileOption();

    @Option(
        names = {"-t", "--type"},
        paramLabel = "TYPE",
        description = "amlcompute, the only one so far.")
    private @Nullable String type;

    @Option(
        names = "--size",
        paramLabel = "SIZE",
        description = "The size of its nodes (default: Standard_DS3_v2).")
    private @Nullable String size;

    @Option(names = "--max-instances", paramLabel = "N", description = "At most (default: 1).")
    private @Nullable Integer max;

    @Option(names = "--min-instances", paramLabel = "N", description = "At least (default: 0).")
    private @Nullable Integer min;

    @Option(
        names = "--idle-time-before-scale-down",
        paramLabel = "SECONDS",
        description = "How long a node stays without work (default: 120).")
    private @Nullable Integer idle;

    @Option(
        names = "--tier",
        paramLabel = "TIER",
        description = "dedicated (the default) or low_priority.")
    private @Nullable String tier;

    @Mixin private ClusterOptions options = new ClusterOptions();
    @Mixin NoWait noWait = new NoWait();

    @Override
    public void run() {
      ObjectNode read = file.read();
      put(read, "name", name);
      put(read, "type", type);
      put(read, "size", size);
      put(read, "max_instances", max);
      put(read, "min_instances", min);
      put(read, "idle_time_before_scale_down", idle);
      put(read, "tier", tier);
      put(read, "location", options.location);
      put(read, "isolation", options.isolation);
      put(read, "network", options.network);
      if (!options.tags.isEmpty()) {
        options.tags.forEach(read.withObject("/tags")::put);
      }
      file.change(read);
      Clusters clusters = new Clusters(Connection.to(place));
      output.show(
          clusters.create(ClusterFile.name(read), ClusterFile.wanted(read)),
          Clusters.COLUMNS,
          AzShape::cluster);
    }
  }

  private static void put(ObjectNode file, String property, @Nullable Object typed) {
    if (typed != null) {
      file.set(property, Connection.JSON.valueToTree(typed));
    }
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a cluster.")
  static final class Show implements Runnable {
    @Mixin private ComputeTarget.Named named = new ComputeTarget.Named();

    @Override
    public void run() {
      named.output.show(named.clusters().show(named.name), Clusters.COLUMNS, AzShape::cluster);
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the clusters.")
  static final class List implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output();

    @Option(
        names = {"-t", "--type"},
        paramLabel = "TYPE",
        description = "Only those of this type: there are amlcompute.")
    private @Nullable String type;

    @Option(
        names = {"-r", "--max-results"},
        paramLabel = "N",
        description = "At most so many (default: all).")
    private int most = Integer.MAX_VALUE;

    @Override
    public void run() {
      output.showAll(
          new Clusters(Connection.to(place))
              .list().stream()
                  .filter(cluster ->
                      type == null
                          || cluster
                              .at("/properties/computeType")
                              .asString()
                              .equalsIgnoreCase(type))
                  .limit(Output.most(most))
                  .toList(),
          Clusters.COLUMNS,
          AzShape::cluster);
    }
  }

  @Command(
      name = "update",
      mixinStandardHelpOptions = true,
      description = "Changes a cluster's numbers and tags; what is not named stays.")
  static final class Update implements Runnable {
    @Mixin private ComputeTarget.Named named = new ComputeTarget.Named();
    @Mixin NotDone notDone = new NotDone();

    @Option(names = "--max-instances", paramLabel = "N", description = "At most.")
    private @Nullable Integer max;

    @Option(names = "--min-instances", paramLabel = "N", description = "At least.")
    private @Nullable Integer min;

    @Option(
        names = "--idle-time-before-scale-down",
        paramLabel = "SECONDS",
        description = "How long a node stays without work.")
    private @Nullable Integer idle;

    @Option(
        names = "--tags",
        paramLabel = "NAME=VALUE",
        arity = "0..*",
        description = "Beside those that it has.")
    private Map<String, String> tags = new TreeMap<>();

    @Option(
        names = "--set",
        paramLabel = "PROPERTY=VALUE",
        arity = "1..*",
        description = "The same in other words, as in --set max_instances=4 tags.team=red.")
    private Map<String, String> changes = new TreeMap<>();

    @Mixin NoWait noWait = new NoWait();

    @Override
    public void run() {
      ObjectNode asked = JsonNodeFactory.instance.objectNode();
      put(asked, "max_instances", max);
      put(asked, "min_instances", min);
      put(asked, "idle_time_before_scale_down", idle);
      tags.forEach(asked.withObject("/tags")::put);
      Yaml.set(asked, changes);
      named.output.show(
          named.clusters().update(named.name, ClusterFile.changes(asked)),
          Clusters.COLUMNS,
          AzShape::cluster);
    }
  }

  @Command(
      name = "list-nodes",
      mixinStandardHelpOptions = true,
      description = "Lists the nodes of a cluster that exist, with what they do.")
  static final class ListNodes implements Runnable {
    @Mixin private ComputeTarget.Named named = new ComputeTarget.Named();

    @Override
    public void run() {
      named.output.showAll(
          named.clusters().nodes(named.name), Clusters.NODE_COLUMNS, AzShape::node);
    }
  }

  /// What the lists of a location have in common.
  static final class OfLocation {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output();

    @Mixin private Located located = new Located();

    void list(String what, java.util.List<Output.Column> columns) {
      Connection connection = Connection.to(place);
      output.showAll(
          new Clusters(connection).ofLocation(what, located.of(connection)),
          columns,
          AzShape::snaked);
    }
  }

  @Command(
      name = "list-sizes",
      mixinStandardHelpOptions = true,
      description = "Lists the sizes of nodes with their list prices.")
  static final class ListSizes implements Runnable {
    @Mixin private OfLocation location = new OfLocation();

    @Override
    public void run() {
      location.list(
          "vmSizes",
          java.util.List.of(
              Output.Column.of("Size", "/name"),
              Output.Column.of("Family", "/family"),
              Output.Column.of("vCPUs", "/vCPUs"),
              Output.Column.of("GPUs", "/gpus"),
              Output.Column.of("GiB", "/memoryGB"),
              Output.Column.of("List/h", "/estimatedVMPrices/values/0/retailPrice")));
    }
  }

  @Command(
      name = "list-usage",
      mixinStandardHelpOptions = true,
      description = "Lists how much of each limit is used.")
  static final class ListUsage implements Runnable {
    @Mixin private OfLocation location = new OfLocation();

    @Override
    public void run() {
      location.list(
          "usages",
          java.util.List.of(
              Output.Column.of("Limit of", "/name/localizedValue"),
              Output.Column.of("Used", "/currentValue"),
              Output.Column.of("Limit", "/limit")));
    }
  }
}
