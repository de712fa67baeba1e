package ebb.app.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `ebb incident`: bugs of Ebb that keep something as it is, and the end of that.
@Command(
    name = "incident",
    mixinStandardHelpOptions = true,
    description = {
      "Lists what no deadline passes for because a bug was met.",
      "The server's log has each incident: report it."
    })
@CommandTree.Below(IncidentCommand.End.class)
final class IncidentCommand implements Runnable {
  private static final String PATH = "/ebb/v1/incidents";

  @Mixin private Place place = new Place();
  @Mixin private Output output = new Output(Output.Format.table);

  @Override
  public void run() {
    place.refuseAll("incidents belong to the server");
    output.showAll(
        Connection.to(place).ofServer(PATH).path("value").valueStream().toList(),
        List.of(
            Output.Column.of("Incident", "/incident"),
            Output.Column.of("Of", "/kind"),
            Output.Column.of("Name", "/name"),
            Output.Column.of("Workspace", "/workspace")));
  }

  @Command(
      name = "end",
      mixinStandardHelpOptions = true,
      description = {
        "Has the server decide again about what the incident keeps as it is.",
        "If the bug is still there, it is met again and becomes another incident."
      })
  static final class End implements Runnable {
    @Mixin private Place place = new Place();

    @Parameters(paramLabel = "INCIDENT", description = "As 'ebb incident' lists it.")
    private String incident = "";

    @Override
    public void run() {
      place.refuseAll("incidents belong to the server");
      Connection.to(place).toServer("DELETE", PATH + "/" + Connection.encoded(incident), null);
      System.err.println("ebb: incident " + incident + " is ended");
    }
  }
}
