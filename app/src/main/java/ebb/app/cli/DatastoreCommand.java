package ebb.app.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `ebb ml datastore`: folders of the server's machine that jobs may name, in az's grammar.
@Command(
    name = "datastore",
    mixinStandardHelpOptions = true,
    description = "Folders of the server's machine that jobs may name.")
@CommandTree.Below({
  DatastoreCommand.Create.class,
  DatastoreCommand.Show.class,
  DatastoreCommand.ListAll.class,
  DatastoreCommand.Delete.class
})
final class DatastoreCommand {
  private static final String PATH = "/ebb/v1/datastores";

  private static final List<Output.Column> COLUMNS =
      List.of(
          Output.Column.of("Name", "/name"),
          Output.Column.of("Path", "/path"),
          Output.Column.of("Mode", "/mode"),
          new Output.Column("Workspaces", GivenTo::shown));

  private DatastoreCommand() {}

  private static String at(String name) {
    return PATH + "/" + Connection.encoded(name);
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Gives a folder of the server's machine a name that jobs may use.",
        "A name that there is already means the folder that is named now; what else is not said stays."
      })
  static final class Create implements Runnable {
    private static final Set<String> KNOWN = Set.of("$schema", "name", "type", "path", "mode");

    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output();

    @Option(
        names = {"-n", "--name"},
        paramLabel = "NAME",
        description = "The datastore; default: the file's name for it.")
    private @Nullable String name;

    @Mixin private FileOption file = new FileOption();

    @Option(names = "--path", paramLabel = "FOLDER", description = "The folder.")
    private @Nullable Path path;

    @Option(
        names = "--mode",
        paramLabel = "MODE",
        description = "ro (the default of a new one), or rw: jobs may leave outputs in it.")
    private @Nullable String mode;

    @Mixin private GivenTo given = new GivenTo();

    @Override
    public void run() {
      ObjectNode read = file.read();
      file.change(read);
      for (String property : read.propertyNames()) {
        if (!KNOWN.contains(property)) {
          throw NotHere.property("", property, KNOWN);
        }
      }
      String type = read.path("type").asString("folder");
      if (!type.equalsIgnoreCase("folder")) {
        throw Failed.unreadable(
            "'%s' is no type of datastore that there is here: 'folder' is, with a 'path' of the server's machine."
                .formatted(type));
      }
      String named = name == null ? read.path("name").asString("") : name;
      if (named.isEmpty()) {
        throw Failed.unreadable("the datastore has no name: say --name.");
      }
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.put("path", folder(read).toString());
      Connection connection = Connection.to(place);
      JsonNode before = GivenTo.row(connection, PATH, named);
      String kept = before == null ? "ro" : before.path("mode").asString();
      body.put("mode", mode == null ? read.path("mode").asString(kept) : mode);
      output.show(given.put(connection, at(named), body, before), COLUMNS);
    }

    private Path folder(ObjectNode read) {
      if (path != null) {
        return path.toAbsolutePath().normalize();
      }
      String said = read.path("path").asString("");
      if (said.isEmpty()) {
        throw Failed.unreadable("no folder is named: say --path.");
      }
      return file.folder().resolve(said).normalize();
    }
  }

  /// One that is named.
  static final class Named {
    @Mixin private Place place = new Place();

    @Option(
        names = {"-n", "--name"},
        required = true,
        paramLabel = "NAME",
        description = "The datastore.")
    private String name = "";

    private JsonNode ask(String method) {
      place.refuseAll("a datastore's name belongs to the server");
      return Connection.to(place).toServer(method, at(name), null);
    }
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a datastore.")
  static final class Show implements Runnable {
    @Mixin private Named named = new Named();
    @Mixin private Output output = new Output();

    @Override
    public void run() {
      output.show(named.ask("GET"), COLUMNS);
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description =
          "Lists the datastores of all workspaces or, with -w, -g or --subscription, of one.")
  static final class ListAll implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output();

    @Override
    public void run() {
      output.showAll(GivenTo.listed(Connection.to(place), PATH), COLUMNS);
    }
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Takes a name away; what is in the folder stays.")
  static final class Delete implements Runnable {
    @Mixin private Named named = new Named();

    @Override
    public void run() {
      named.ask("DELETE");
    }
  }
}
