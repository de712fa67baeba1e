package ebb.app.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
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

  /// What az prints beside an answer, of which nothing is printed here.
  @SuppressWarnings("UnusedVariable") // az's lines have them
  @Option(
      names = {"--debug", "--only-show-errors", "--verbose"},
      hidden = true)
  private boolean talkative;

  /// The names of these options, as they are typed.
  private static final Set<String> NAMES =
      Set.of(
          "--home",
          "-w",
          "--workspace-name",
          "-g",
          "--resource-group",
          "--subscription",
          "--subscription-id");

  /// Read once: each request names the workspace.
  private @Nullable Map<String, String> kept;

  /// The words with those of a place that stand before the verb behind it, where they are read:
  /// `ebb -w lab ml compute list` is `ebb ml compute list -w lab`. A verb that has no use for one
  /// refuses it there.
  static String[] behindTheVerb(CommandLine line, String... words) {
    List<String> moved = new ArrayList<>();
    List<String> place = new ArrayList<>();
    CommandLine at = line;
    int next = 0;
    while (next < words.length) {
      CommandLine below = at.getSubcommands().get(words[next]);
      int taken = below == null ? wordsOfPlace(words[next]) : 1;
      if (taken == 0 || next + taken > words.length) {
        break;
      }
      (below == null ? place : moved).addAll(List.of(words).subList(next, next + taken));
      at = below == null ? at : below;
      next += taken;
    }
    moved.addAll(place);
    moved.addAll(List.of(words).subList(next, words.length));
    return moved.toArray(String[]::new);
  }

  /// How many words an option of a place takes that begins with this one; 0 if it is none.
  private static int wordsOfPlace(String word) {
    if (NAMES.contains(word)) {
      return 2;
    }
    boolean holdsItsValue =
        word.startsWith("--")
            ? NAMES.contains(word.replaceFirst("=.*", ""))
            : word.matches("-[wg].+");
    return holdsItsValue ? 1 : 0;
  }

  /// Whether a workspace, a group or a subscription was typed, for commands that speak of all of
  /// them otherwise.
  boolean isNamed() {
    return subscription != null || isBelowSubscription();
  }

  private boolean isBelowSubscription() {
    return workspace != null || group != null;
  }

  /// For a command that speaks of the whole server: what has no effect is not passed over.
  ///
  /// @param what what belongs to what
  void refuseAll(String what) {
    if (isNamed()) {
      throw Failed.unreadable(
          what + ", and not to a workspace: leave -w, -g and --subscription out.");
    }
  }

  /// The same for one that speaks of subscriptions.
  void refuseWorkspace(String what) {
    if (isBelowSubscription()) {
      throw Failed.unreadable(what + ", and not to a workspace: leave -w and -g out.");
    }
  }

  /// Whether what holds for this scope concerns the workspace: it is in it, or the workspace is in
  /// it.
  boolean isConcernedBy(String scope) {
    String here = arm().toLowerCase(Locale.ROOT) + "/";
    String there = scope.equals("/") ? scope : scope.toLowerCase(Locale.ROOT) + "/";
    return here.startsWith(there) || there.startsWith(here);
  }

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
