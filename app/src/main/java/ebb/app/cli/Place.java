package ebb.app.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which server is asked, and about which workspace: options of every client command.
final class Place {
  static final String PROVIDER = "/providers/Microsoft.MachineLearningServices";

  @Option(
      names = "--home",
      paramLabel = "DIR",
      description = "The server's home (default: ~/.ebb, or EBB_HOME).")
  @Nullable Path home;

  @Option(
      names = {"-w", "--workspace-name"},
      paramLabel = "NAME",
      description = "The workspace (default: EBB_WORKSPACE, or main).")
  @Nullable String workspace;

  @Option(
      names = {"-g", "--resource-group"},
      paramLabel = "NAME",
      description = "Its resource group (default: EBB_GROUP, or ebb).")
  @Nullable String group;

  @Option(
      names = {"--subscription", "--subscription-id"},
      paramLabel = "ID",
      description = "Its subscription (default: EBB_SUBSCRIPTION, or ebb).")
  @Nullable String subscription;

  /// The folder of the server that is asked.
  Path folder() {
    return home == null ? Serve.defaultHome() : home;
  }

  String workspaceName() {
    return or(workspace, "EBB_WORKSPACE", "main");
  }

  String groupName() {
    return or(group, "EBB_GROUP", "ebb");
  }

  String subscriptionName() {
    return or(subscription, "EBB_SUBSCRIPTION", "ebb");
  }

  private static String or(@Nullable String typed, String variable, String absent) {
    String set = System.getenv(variable);
    return typed != null ? typed : set == null || set.isBlank() ? absent : set;
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
