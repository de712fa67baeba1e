package ebb.app.cli;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What both grammars say of a new cluster in the same words.
final class ClusterOptions {
  @Option(
      names = {"-l", "--location"},
      paramLabel = "PLACE",
      description = "Default: the workspace's.")
  @Nullable String location;

  @Option(names = "--tags", paramLabel = "NAME=VALUE", arity = "0..*", description = "Tags.")
  Map<String, String> tags = new TreeMap<>();

  @Option(
      names = "--isolation",
      paramLabel = "KIND",
      description = "sandbox (the default), container or none.")
  @Nullable String isolation;

  @Option(
      names = "--network",
      paramLabel = "NETWORK",
      description = "on (the default), or none: jobs reach nothing.")
  @Nullable String network;
}
