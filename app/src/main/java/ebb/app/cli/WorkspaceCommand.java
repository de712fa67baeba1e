package ebb.app.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ebb ml workspace`: what clusters and jobs are in, in az's grammar. One is made when something
/// is first created in it.
@Command(
    name = "workspace",
    mixinStandardHelpOptions = true,
    description = "Workspaces; one is made when something is first created in it.")
@CommandTree.Below({
  WorkspaceCommand.Show.class,
  WorkspaceCommand.ListAll.class,
  WorkspaceCommand.Delete.class
})
final class WorkspaceCommand {
  private static final List<Output.Column> COLUMNS =
      List.of(
          Output.Column.of("Name", "/name"),
          new Output.Column("Group", AzShape::group),
          Output.Column.of("Location", "/location"),
          Output.Column.of("State", "/properties/provisioningState"));

  private WorkspaceCommand() {}

  /// az's other name for `-w`.
  static final class Named {
    @Mixin Place place = new Place();

    @Option(
        names = {"-n", "--name"},
        paramLabel = "NAME",
        description = "The workspace: the same as -w.")
    @Nullable String name;

    Connection connection() {
      if (name != null) {
        place.workspace = name;
      }
      return Connection.to(place);
    }
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a workspace.")
  static final class Show implements Runnable {
    @Mixin private Named named = new Named();
    @Mixin private Output output = new Output();

    @Override
    public void run() {
      output.show(named.connection().arm("GET", "", null), COLUMNS, AzShape::workspace);
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the workspaces of the subscription or, with -g, of a group.")
  static final class ListAll implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output();

    @Override
    public void run() {
      output.showAll(Connection.to(place).workspaces(), COLUMNS, AzShape::workspace);
    }
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Deletes a workspace with all that it has, and waits until it is gone.")
  static final class Delete implements Runnable {
    @Mixin private Named named = new Named();

    @Mixin private Deletion deletion = new Deletion();

    @Override
    public void run() {
      Connection connection = named.connection();
      connection.arm("GET", "", null); // whoever mistypes a name is told
      String name = named.place.workspaceName();
      deletion.confirm("the workspace " + name + " is deleted with its clusters and jobs");
      connection.arm("DELETE", "", null);
      if (deletion.isAwaited()) {
        connection.awaitDeleted(
            name, "", "'ebb nodes -w " + name + "' lists the nodes that it still has");
      }
    }
  }
}
