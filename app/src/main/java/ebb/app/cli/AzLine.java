package ebb.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/// What a short verb is called in az's words: an option of each. With `ebb` in place of `az` the
/// line does the same here.
final class AzLine {
  @Option(names = "--az", description = "Does nothing: prints the same for az.")
  private boolean az;

  boolean isAskedFor() {
    return az;
  }

  /// Prints the line of these words if it is asked for, and says whether it was.
  boolean tells(Place place, String... words) {
    if (az) {
      System.out.println(of(place, words));
    }
    return az;
  }

  /// For a verb that has no equal.
  ///
  /// @param near what comes next to it
  void refuses(String near) {
    if (az) {
      throw Failed.refused("NoAzLine", "az has nothing that does the same: " + near + ".");
    }
  }

  static String of(Place place, String... words) {
    List<String> line = new ArrayList<>(List.of("az", "ml"));
    line.addAll(List.of(words));
    line.addAll(List.of("--resource-group", place.groupName()));
    line.addAll(List.of("--workspace-name", place.workspaceName()));
    if (place.subscription != null) {
      line.addAll(List.of("--subscription", place.subscriptionName()));
    }
    return line.stream().map(Run::quoted).collect(Collectors.joining(" "));
  }
}
