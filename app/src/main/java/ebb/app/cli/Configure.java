package ebb.app.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `ebb configure`: what need not be typed each time.
@Command(
    name = "configure",
    mixinStandardHelpOptions = true,
    description = "Keeps which workspace is meant when none is named.")
final class Configure implements Runnable {
  @Option(
      names = {"-d", "--defaults"},
      paramLabel = "NAME=VALUE",
      arity = "1..*",
      description = "subscription, group, workspace, location; without a value: no more.")
  private Map<String, String> wanted = new TreeMap<>();

  @Option(
      names = {"-l", "--list-defaults"},
      description = "Shows what is kept.")
  private boolean list;

  @Override
  public void run() {
    Map<String, String> kept = Defaults.read();
    wanted.forEach((name, value) -> {
      if (!Defaults.NAMES.contains(name)) {
        throw Failed.unreadable(
            "'%s' is no default: there are %s.".formatted(name, String.join(", ", Defaults.NAMES)));
      }
      if (value.isEmpty()) {
        kept.remove(name);
      } else {
        if (name.equals("location")) {
          refuseUnknown(value);
        }
        kept.put(name, value);
      }
    });
    if (!wanted.isEmpty()) {
      Defaults.write(kept);
    }
    if (list || wanted.isEmpty()) {
      List<JsonNode> rows =
          kept.entrySet().stream()
              .<JsonNode>map(each ->
                  JsonNodeFactory.instance
                      .objectNode()
                      .put("name", each.getKey())
                      .put("value", each.getValue()))
              .toList();
      System.out.print(
          Table.of(
              rows,
              List.of(Output.Column.of("Name", "/name"), Output.Column.of("Value", "/value"))));
    }
  }

  /// In the server's words, as `--location` is refused, if one runs: none is started to be asked.
  private static void refuseUnknown(String location) {
    Place place = new Place();
    if (new OwnServer(place.folder()).running() == null) {
      return;
    }
    try {
      JsonNode _ =
          Connection.running(place)
              .ofSubscription(
                  Place.PROVIDER + "/locations/" + Connection.encoded(location) + "/usages");
    } catch (Failed refused) {
      if (refused.code().equals("LocationNotAvailableForResourceType")) {
        throw refused;
      }
    }
  }
}
