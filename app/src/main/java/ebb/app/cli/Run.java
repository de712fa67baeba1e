package ebb.app.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `ebb run`: the shortest way from a command to its output.
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a command on a node, shows what it writes, and ends with its exit code.",
      "Ctrl-C detaches; the job goes on. If the command names a file of this folder,",
      "the folder is sent and the command starts in a copy of it."
    })
final class Run implements Callable<Integer> {
  private static final Pattern AMOUNT = Pattern.compile("(?i)([0-9]{1,9})([smhd])");
  private static final Map<String, Long> SECONDS =
      Map.of("s", 1L, "m", 60L, "h", 3_600L, "d", 86_400L);

  @Mixin private Place place = new Place();

  @Option(names = "--name", paramLabel = "NAME", description = "Default: made of the time.")
  private @Nullable String name;

  @Option(names = "--cluster", paramLabel = "NAME", description = "Runs on this cluster.")
  private @Nullable String cluster;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description = "Without a cluster: runs on one that Ebb keeps for the size.")
  private @Nullable String size;

  @Option(names = "--gpus", paramLabel = "N", description = "The cheapest size with so many GPUs.")
  private int gpus;

  @Option(names = "--cpus", paramLabel = "N", description = "The cheapest size with so many vCPUs.")
  private int cpus;

  @Option(names = "--low", description = "On low-priority nodes, which can be taken away.")
  private boolean low;

  @Option(names = "--local", description = "On this machine; it is not metered.")
  private boolean local;

  @Option(names = "--nodes", paramLabel = "N", description = "On so many nodes (default: 1).")
  private int nodes = 1;

  @Option(names = "--max", paramLabel = "TIME", description = "At most so long: 90s, 30m, 2h, 1d.")
  private @Nullable String max;

  @Option(names = "--env", paramLabel = "NAME=VALUE", description = "A variable for the command.")
  private Map<String, String> variables = new TreeMap<>();

  @Option(
      names = "--environment",
      paramLabel = "NAME",
      description = "What programs and libraries it finds, as azureml:NAME@latest.")
  private @Nullable String environment;

  @Option(names = "--code", paramLabel = "DIR", description = "Sends this folder.")
  private @Nullable Path code;

  @Option(names = "--no-code", description = "Sends nothing.")
  private boolean noCode;

  @Option(
      names = {"-y", "--yes"},
      description = "Sends large folders without asking.")
  private boolean yes;

  @Option(
      names = {"-d", "--detach"},
      description = "Does not wait.")
  private boolean detach;

  @Option(names = "--yaml", description = "Runs nothing: prints the same as a job file.")
  private boolean yaml;

  @Mixin private AzLine az = new AzLine();

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "After '--': a program and its arguments, or one text for /bin/sh.")
  private List<String> command = List.of();

  @Override
  public Integer call() {
    if (yaml) {
      System.out.print(Yaml.write(asFile()));
      return 0;
    }
    if (az.isAskedFor()) {
      System.out.printf(
          "cat > job.yml <<'END'%n%sEND%n%s%n",
          Yaml.write(asFile()), AzLine.of(place, submission()));
      return 0;
    }
    Connection connection = Connection.to(place);
    connection.ensureWorkspace();
    Jobs jobs = new Jobs(connection);
    String named = name == null ? Jobs.newName() : name;
    ObjectNode properties =
        JobFile.properties(
            Path.of(""),
            file(connection),
            new Uploads(connection, yes),
            asked -> jobs.judge(named, asked));
    JsonNode submitted = jobs.submitAnywhere(named, properties, folder());
    String job = submitted.path("name").asString();
    if (detach) {
      System.out.println(job);
      return 0;
    }
    System.err.println("ebb: Ctrl-C detaches, 'ebb stop " + job + "' ends it");
    return End.tell(jobs.follow(job));
  }

  private String[] submission() {
    List<String> words = new ArrayList<>(List.of("job", "create", "--file", "job.yml"));
    if (!detach) {
      words.add("--stream");
    }
    return words.toArray(String[]::new);
  }

  /// The job for whoever reads its file: the schema asks for an environment.
  private ObjectNode asFile() {
    ObjectNode file = file(null);
    if (environment == null) {
      file.put("environment", "azureml:ebb-host@latest"); // which is meant where none is named
    }
    return file;
  }

  /// The job as a file would have it.
  ///
  /// @param connection where sizes are looked up; null: where none need be
  private ObjectNode file(@Nullable Connection connection) {
    ObjectNode file = JsonNodeFactory.instance.objectNode();
    file.put("$schema", "https://azuremlschemas.azureedge.net/latest/commandJob.schema.json");
    file.put("type", "command");
    if (name != null) {
      file.put("name", name);
    }
    file.put("command", line());
    Path folder = folder();
    if (folder != null) {
      file.put("code", folder.toString().isEmpty() ? "." : folder.toString());
    }
    if (environment != null) {
      file.put("environment", environment);
    }
    if (!variables.isEmpty()) {
      ObjectNode sent = file.putObject("environment_variables");
      variables.forEach(sent::put);
    }
    place(file, connection);
    if (max != null) {
      file.putObject("limits").put("timeout", seconds(max));
    }
    return file;
  }

  private void place(ObjectNode file, @Nullable Connection connection) {
    ObjectNode resources = file.putObject("resources").put("instance_count", nodes);
    if (local) {
      if (cluster != null || size != null || gpus > 0 || cpus > 0 || low) {
        throw Failed.unreadable("--local is this machine: leave out what names another.");
      }
      file.put("compute", "local");
      return;
    }
    if (cluster != null) {
      if (size != null || gpus > 0 || cpus > 0 || low) {
        throw Failed.unreadable(
            "a cluster has its size and priority: leave out --size, --gpus, --cpus and --low, or --cluster.");
      }
      file.put("compute", "azureml:" + cluster);
      return;
    }
    if (size != null) {
      resources.put("instance_type", size);
    } else if (gpus > 0 || cpus > 0) {
      Connection asked = connection == null ? Connection.to(place) : connection;
      resources.put("instance_type", new Sizes(asked).cheapest(cpus, gpus, low));
    }
    if (low) {
      file.putObject("queue_settings").put("job_tier", "spot");
    }
  }

  /// The folder that is sent; null if none is.
  private @Nullable Path folder() {
    if (noCode || code != null) {
      return noCode ? null : code;
    }
    return command.stream()
            .flatMap(word -> List.of(word.split("\\s+")).stream())
            .anyMatch(Run::isFileHere)
        ? Path.of("")
        : null;
  }

  private static boolean isFileHere(String word) {
    try {
      Path path = Path.of(word);
      return !path.isAbsolute() && !word.isBlank() && Files.isRegularFile(path);
    } catch (InvalidPathException none) {
      return false;
    }
  }

  /// A program and its arguments as one line for the shell, each kept as it was typed.
  private String line() {
    return command.size() == 1
        ? command.getFirst()
        : command.stream().map(Run::quoted).collect(Collectors.joining(" "));
  }

  static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:=@%+,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private static long seconds(String typed) {
    Matcher amount = AMOUNT.matcher(typed);
    if (!amount.matches()) {
      throw Failed.unreadable("'" + typed + "' is no time: 90s, 30m, 2h and 1d are.");
    }
    String unit = amount.group(2).toLowerCase(java.util.Locale.ROOT);
    return Long.parseLong(amount.group(1)) * SECONDS.getOrDefault(unit, 1L);
  }
}
