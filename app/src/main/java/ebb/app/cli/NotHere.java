package ebb.app.cli;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/// What az has and Ebb has not, refused by its name, so that nobody looks for a mistake of their
/// own; and what was mistyped, with what may have been meant.
final class NotHere {
  private static final String ATTACHED =
      "computes that exist elsewhere are not attached: 'ebb ml compute create' makes a cluster";
  private static final String INSTANCE =
      "there are no compute instances: 'ebb run -- CMD' runs a command on a node of a cluster";
  private static final String KUBERNETES =
      "there are no Kubernetes clusters: 'ebb ml compute create' makes a cluster of nodes";

  private static final String ASSETS =
      "data, models and environments are made with Microsoft's SDK and at Azure's REST paths (docs/azure.md), and a job's file names files where they are";
  private static final String SERVING =
      "nothing is served from models so far: 'ebb run -- CMD' runs a command on a node of a cluster";
  private static final String IDENTITY =
      "clusters have no identities: give jobs secrets instead (docs/data.md)";
  private static final String REGISTRIES =
      "there are no registries: what is shared is in a workspace, and names of 'azureml' environments are known (docs/cli.md)";
  private static final String FEATURES = "there are no feature stores";
  private static final String MADE =
      "a workspace is made when something is first created in it: name it with -w";

  /// By the line that asks for it. What is below a group is refused with it.
  private static final Map<String, String> VERBS =
      Map.ofEntries(
          Map.entry("ebb ml batch-deployment", SERVING),
          Map.entry("ebb ml batch-endpoint", SERVING),
          Map.entry(
              "ebb ml component",
              "there are no components so far: 'ebb ml job create' runs the command itself"),
          Map.entry("ebb ml compute attach", ATTACHED),
          Map.entry("ebb ml compute connect-ssh", INSTANCE),
          Map.entry("ebb ml compute detach", ATTACHED),
          Map.entry("ebb ml compute enable-sso", INSTANCE),
          Map.entry("ebb ml compute restart", INSTANCE),
          Map.entry("ebb ml compute start", INSTANCE),
          Map.entry("ebb ml compute stop", INSTANCE),
          Map.entry("ebb ml computetarget amlcompute", IDENTITY),
          Map.entry("ebb ml computetarget attach", ATTACHED),
          Map.entry("ebb ml computetarget create aks", KUBERNETES),
          Map.entry("ebb ml computetarget create computeinstance", INSTANCE),
          Map.entry("ebb ml computetarget create datafactory", ATTACHED),
          Map.entry("ebb ml computetarget detach", ATTACHED),
          Map.entry("ebb ml computetarget get-credentials", "there are no keys: " + KUBERNETES),
          Map.entry("ebb ml computetarget restart", INSTANCE),
          Map.entry("ebb ml computetarget start", INSTANCE),
          Map.entry("ebb ml computetarget stop", INSTANCE),
          Map.entry("ebb ml computetarget update aks", KUBERNETES),
          Map.entry("ebb ml connection", "give jobs secrets instead (docs/data.md)"),
          Map.entry("ebb ml data", ASSETS),
          Map.entry("ebb ml dataset", ASSETS),
          Map.entry("ebb ml environment", ASSETS),
          Map.entry("ebb ml experiment", "'ebb ml job list' has the jobs of all experiments"),
          Map.entry("ebb ml feature-set", FEATURES),
          Map.entry("ebb ml feature-store", FEATURES),
          Map.entry("ebb ml feature-store-entity", FEATURES),
          Map.entry("ebb ml job connect-ssh", "nodes cannot be logged into"),
          Map.entry("ebb ml job show-services", "nodes serve nothing to the outside"),
          Map.entry("ebb ml job validate", "a file is checked when its job is created"),
          Map.entry("ebb ml marketplace-subscription", SERVING),
          Map.entry("ebb ml model", ASSETS),
          Map.entry("ebb ml online-deployment", SERVING),
          Map.entry("ebb ml online-endpoint", SERVING),
          Map.entry(
              "ebb ml pipeline",
              "pipelines are not run so far: 'ebb ml job create' runs a command"),
          Map.entry("ebb ml quota", "'ebb quota' shows the limits, and 'ebb quota set' sets one"),
          Map.entry("ebb ml registry", REGISTRIES),
          Map.entry("ebb ml run", "'ebb ml job' is the newer word for runs"),
          Map.entry(
              "ebb ml schedule",
              "there are no schedules so far: cron of your own machine can run 'ebb ml job create'"),
          Map.entry("ebb ml serverless-endpoint", SERVING),
          Map.entry("ebb ml workspace create", MADE),
          Map.entry("ebb ml workspace diagnose", "'ebb why NAME' says what something waits for"),
          Map.entry("ebb ml workspace list-keys", "a workspace has no keys of other services"),
          Map.entry("ebb ml workspace share", "the server's token lets in to all workspaces"),
          Map.entry(
              "ebb ml workspace update",
              "nothing of a workspace changes here but its tags, by REST (docs/azure.md)"));

  private NotHere() {}

  /// What to say of a verb that az has; null if it has none of this name.
  static @Nullable String verb(CommandLine line, List<String> unmatched) {
    for (String word : unmatched) { // options may stand before it
      String said = VERBS.get(line.getCommandSpec().qualifiedName() + " " + word);
      if (said != null) {
        return said;
      }
    }
    return null;
  }

  /// A property of a file that is not taken: one that is nearly another was mistyped.
  ///
  /// @param path where it is, with a dot at the end; empty at the top
  static Failed property(String path, String name, Collection<String> known) {
    for (String each : known) {
      if (distance(each, name) <= 2 && name.length() > 3) {
        return Failed.unreadable(
            "there is no property '%s%s': did you mean '%s%s'?".formatted(path, name, path, each));
      }
    }
    return Failed.unreadable(
        "the property '%s%s' asks for something that is not done so far: leave it out."
            .formatted(path, name));
  }

  /// How many letters must be added, left out or changed (Levenshtein).
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
