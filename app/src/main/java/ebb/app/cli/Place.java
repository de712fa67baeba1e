package ebb.app.cli;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which server is asked, and about which workspace: options of every client command.
final class Place {
  static final String PROVIDER = "/providers/Microsoft.MachineLearningServices";

  private static final String WORKSPACE = "main";
  private static final String GROUP = "ebb";
  private static final String SUBSCRIPTION = "ebb";

  @Option(
      names = "--home",
      paramLabel = "DIR",
      description = "The server's home (default: ~/.ebb, or EBB_HOME).")
  @Nullable Path home;

  @Option(
      names = {"-w", "--workspace-name"},
      paramLabel = "NAME",
      description = "The workspace (default: EBB_WORKSPACE, what is configured, or main).")
  @Nullable String workspace;

  @Option(
      names = {"-g", "--resource-group"},
      paramLabel = "NAME",
      description = "Its resource group (default: EBB_GROUP, what is configured, or ebb).")
  @Nullable String group;

  @Option(
      names = {"--subscription", "--subscription-id"},
      paramLabel = "ID",
      description = "Its subscription (default: EBB_SUBSCRIPTION, what is configured, or ebb).")
  @Nullable String subscription;

  /// Read once: each request names the workspace.
  private @Nullable Map<String, String> kept;

  /// What was typed, else what the variable is set to, else what is kept, else `absent`.
  private String or(@Nullable String typed, String variable, String name, String absent) {
    if (typed != null) {
      return typed;
    }
    String set = System.getenv(variable);
    if (set != null && !set.isBlank()) {
      return set;
    }
    if (kept == null) {
      kept = Defaults.read();
    }
    return kept.getOrDefault(name, absent);
  }

  /// The folder of the server that is asked.
  Path folder() {
    return home == null ? Serve.defaultHome() : home;
  }

  /// Whether nobody has named a home: then the server is this person's own affair, and one is
  /// started where none runs.
  boolean isDefaultHome() {
    return home == null;
  }

  String workspaceName() {
    return or(workspace, "EBB_WORKSPACE", "workspace", WORKSPACE);
  }

  String groupName() {
    return or(group, "EBB_GROUP", "group", GROUP);
  }

  String subscriptionName() {
    return or(subscription, "EBB_SUBSCRIPTION", "subscription", SUBSCRIPTION);
  }

  /// Whether it is the one that is meant where nobody names any: that it is not there yet is no
  /// mistake of whoever asks about it.
  boolean isDefaultWorkspace() {
    return workspaceName().equals(WORKSPACE)
        && groupName().equals(GROUP)
        && subscriptionName().equals(SUBSCRIPTION);
  }

  /// Where a workspace is made that is not there yet.
  String location() {
    return or(null, "EBB_LOCATION", "location", "eastus");
  }

  /// The workspace's path in Azure's words.
  String arm() {
    return "/subscriptions/%s/resourceGroups/%s%s/workspaces/%s"
        .formatted(subscriptionName(), groupName(), PROVIDER, workspaceName());
  }

  /// The same in Ebb's own.
  String own() {
    return "/ebb/v1/workspaces/%s/%s/%s"
        .formatted(subscriptionName(), groupName(), workspaceName());
  }
}
