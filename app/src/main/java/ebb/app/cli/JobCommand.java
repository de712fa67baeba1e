package ebb.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `ebb ml job`: jobs in the grammar of Azure ML's second command line.
@Command(
    name = "job",
    mixinStandardHelpOptions = true,
    description = "Jobs, in the words of the second Azure ML command line.")
@CommandTree.Below({
  JobCommand.Create.class,
  JobCommand.Show.class,
  JobCommand.List.class,
  JobCommand.Stream.class,
  JobCommand.Cancel.class,
  JobCommand.Update.class,
  JobCommand.Archive.class,
  JobCommand.Restore.class,
  JobCommand.Download.class
})
final class JobCommand {
  /// The options that name a job.
  static final class Named {
    @Mixin Place place = new Place();

    @Option(
        names = {"-n", "--name"},
        required = true,
        paramLabel = "NAME",
        description = "The job.")
    String name = "";

    Jobs jobs() {
      return new Jobs(Connection.to(place));
    }
  }

  /// az opens a page of its studio; there is none here, and a line that asks for it does the rest.
  static final class Web {
    @Option(names = "--web", description = "Opens nothing: there is no page of a job.")
    private boolean web;

    void tell(String job) {
      if (web) {
        System.err.println(
            "ebb: there is no page to open: 'ebb logs -f %s' shows what it writes".formatted(job));
      }
    }
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Submits the job that a file describes.")
  static final class Create implements Callable<Integer> {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output();

    @Mixin private FileOption file = new FileOption();
    @Mixin private Web web = new Web();

    @Option(
        names = {"-n", "--name"},
        paramLabel = "NAME",
        description = "Default: the file's, or made of the time.")
    private @Nullable String name;

    @Option(
        names = {"-s", "--stream"},
        description = "Shows what the job writes, until it ends.")
    private boolean stream;

    @Option(
        names = {"-y", "--yes"},
        description = "Sends large folders without asking.")
    private boolean yes;

    @Override
    public Integer call() {
      Path folder = file.folder();
      ObjectNode read = file.read();
      file.change(read);
      Connection connection = Connection.to(place);
      connection.ensureWorkspace();
      String given = name == null ? JobFile.name(read) : name;
      String named = given == null ? Jobs.newName() : given;
      Jobs jobs = new Jobs(connection);
      ObjectNode properties =
          JobFile.properties(
              folder, read, new Uploads(connection, yes), job -> jobs.judge(named, job));
      JsonNode submitted = jobs.submitAnywhere(named, properties, JobFile.codeOf(folder, read));
      web.tell(submitted.path("name").asString());
      if (stream) {
        return End.tell(jobs.follow(submitted.path("name").asString()));
      }
      output.show(submitted, Jobs.COLUMNS, AzShape::job);
      return 0;
    }
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a job.")
  static final class Show implements Runnable {
    @Mixin private Named named = new Named();
    @Mixin private Output output = new Output();
    @Mixin private Web web = new Web();

    @Override
    public void run() {
      web.tell(named.name);
      output.show(named.jobs().show(named.name), Jobs.COLUMNS, AzShape::job);
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the newest jobs.")
  static final class List implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output();

    @Option(
        names = {"-r", "--max-results"},
        paramLabel = "N",
        description = "At most (default: ${DEFAULT-VALUE}).",
        defaultValue = "100")
    private int most = 100;

    @Option(names = "--archived-only", description = "Those that were archived.")
    private boolean archived;

    @Option(names = "--include-archived", description = "Those that were archived too.")
    private boolean all;

    @Override
    public void run() {
      String view = all ? "All" : archived ? "ArchivedOnly" : "ActiveOnly";
      output.showAll(
          new Jobs(Connection.to(place)).newest(view, Output.most(most)),
          Jobs.COLUMNS,
          AzShape::job);
    }
  }

  @Command(
      name = "stream",
      mixinStandardHelpOptions = true,
      description = "Shows what a job writes, until it ends.")
  static final class Stream implements Callable<Integer> {
    @Mixin private Named named = new Named();

    @Override
    public Integer call() {
      return End.tell(named.jobs().follow(named.name));
    }
  }

  @Command(name = "cancel", mixinStandardHelpOptions = true, description = "Cancels a job.")
  static final class Cancel implements Runnable {
    @Mixin private Named named = new Named();
    @Mixin NoWait noWait = new NoWait();

    @Override
    public void run() {
      named.jobs().cancel(named.name);
    }
  }

  @Command(
      name = "update",
      mixinStandardHelpOptions = true,
      description = "Changes what is said about a job; what it runs never changes.")
  static final class Update implements Runnable {
    @Mixin private Named named = new Named();
    @Mixin private Output output = new Output();

    @Mixin private Web web = new Web();

    @Option(
        names = "--set",
        paramLabel = "PROPERTY=VALUE",
        arity = "1..*",
        description =
            "display_name, description, tags.NAME or properties.NAME, as in --set tags.best=yes.")
    private Map<String, String> changes = new TreeMap<>();

    @Option(
        names = "--remove",
        paramLabel = "PROPERTY",
        arity = "1..*",
        description = "The same, without a value.")
    private java.util.List<String> removed = new ArrayList<>();

    @Override
    public void run() {
      if (changes.isEmpty() && removed.isEmpty()) {
        throw Failed.unreadable("nothing changes: say --set PROPERTY=VALUE or --remove PROPERTY.");
      }
      TreeMap<String, String> set = new TreeMap<>();
      changes.forEach((path, value) -> set.put(said(path), value));
      java.util.List<String> gone = removed.stream().map(Update::said).toList();
      web.tell(named.name);
      output.show(named.jobs().update(named.name, set, gone), Jobs.COLUMNS, AzShape::job);
    }

    /// The path of what is said about a job, in REST's words; everything else never changes.
    private static String said(String path) {
      String property = path.replaceFirst("[.].*", "");
      String called = AzShape.JOB.getOrDefault(property, property);
      return switch (called) {
        case "displayName", "description", "tags", "properties" ->
            called + path.substring(property.length());
        default ->
            throw Failed.refused(
                "PropertyChangeNotAllowed",
                "'%s' of a job that there is does not change: display_name, description, tags.NAME and properties.NAME do."
                    .formatted(property));
      };
    }
  }

  @Command(
      name = "archive",
      mixinStandardHelpOptions = true,
      description = "Leaves a job out of lists.")
  static final class Archive implements Runnable {
    @Mixin private Named named = new Named();

    @Override
    public void run() {
      named.jobs().update(named.name, Map.of("isArchived", "true"), java.util.List.of());
    }
  }

  @Command(
      name = "restore",
      mixinStandardHelpOptions = true,
      description = "Lists an archived job again.")
  static final class Restore implements Runnable {
    @Mixin private Named named = new Named();

    @Override
    public void run() {
      named.jobs().update(named.name, Map.of("isArchived", "false"), java.util.List.of());
    }
  }

  @Command(
      name = "download",
      mixinStandardHelpOptions = true,
      description = "Copies what a job has left in outputs and logs, and what it printed.")
  static final class Download implements Runnable {
    @Mixin private Named named = new Named();

    @Option(
        names = {"-p", "--download-path"},
        paramLabel = "DIR",
        description = "Where to; 'artifacts' and 'named-outputs' are made in it (default: here).")
    private Path path = Path.of("");

    @Option(
        names = "--output-name",
        paramLabel = "NAME",
        description = "Only this output (default: all, with logs and what was printed).")
    private @Nullable String output;

    @SuppressWarnings("UnusedVariable") // az's word for what is done anyway
    @Option(names = "--all", description = "The same: nothing is left out.")
    private boolean all;

    @Override
    public void run() {
      try {
        int files;
        try (Moving moving = new Moving("downloading " + named.name, 0)) {
          files = new LeftFiles(named.jobs(), named.name, path, moving).copy(output);
        }
        System.err.println(
            "ebb: brought " + Plan.count(files, "file") + " to " + path.toAbsolutePath());
      } catch (IOException failure) {
        throw Failed.refused(
            "NotDownloaded", path.toAbsolutePath() + ": " + failure.getMessage() + ".");
      }
    }
  }
}
