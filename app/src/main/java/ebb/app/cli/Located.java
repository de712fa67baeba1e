package ebb.app.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The option that names a location, where the workspace's is meant if nobody names one.
final class Located {
  @Option(
      names = {"-l", "--location"},
      paramLabel = "PLACE",
      description = "Default: the workspace's.")
  private @Nullable String location;

  String of(Connection connection) {
    String spelled = location == null ? connection.location() : location;
    return spelled.replace(" ", "").toLowerCase(Locale.ROOT); // as the server answers it
  }
}
