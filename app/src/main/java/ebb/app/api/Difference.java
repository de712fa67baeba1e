package ebb.app.api;

import ebb.app.specification.Specification;
import ebb.kernel.protocol.JobSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/// In what a job that was sent differs from the one that there is, in the words of the door that it
/// came through.
final class Difference {
  private final List<String> names = new ArrayList<>();

  private Difference() {}

  static List<String> between(JobSpec there, JobSpec sent) {
    Difference difference = new Difference();
    difference.add("cluster", there.cluster(), sent.cluster());
    difference.add("account", there.account(), sent.account());
    difference.add("priority", there.priority(), sent.priority());
    difference.add("nodes", there.nodes(), sent.nodes());
    difference.add("limit", there.limitMillis(), sent.limitMillis());
    difference.add("retries", there.retries(), sent.retries());
    return difference.names;
  }

  static List<String> between(Specification there, Specification sent) {
    Difference difference = new Difference();
    difference.add("command", there.program(), sent.program());
    difference.add("environment", there.variables(), sent.variables());
    difference.add("image", there.environment(), sent.environment());
    difference.add("code", there.code(), sent.code());
    difference.add("inputs", there.inputs(), sent.inputs());
    difference.add("outputs", there.outputs(), sent.outputs());
    difference.add("distribution", there.distribution(), sent.distribution());
    return difference.names;
  }

  /// In Azure's words, of what never changes: what is said about a job is not compared. Both are
  /// read alike, so that a job that came through Ebb's own door is the same as it is shown.
  ///
  /// @param shown the properties of the job that there is, and `there` what they ask for
  /// @param spec of the job that there is
  static List<String> between(
      ObjectNode shown, Submissions.Submission there, Submissions.Submission sent, JobSpec spec) {
    Difference difference = new Difference();
    Specification before = there.specification();
    Specification after = sent.specification();
    ObjectNode resource = Json.object(after.resource());
    difference.add("codeId", before.code(), after.code());
    difference.add("command", before.program(), after.program());
    difference.add("computeId", lower(spec.cluster()), lower(sent.spec().cluster()));
    difference.add("distribution", before.distribution(), after.distribution());
    difference.add(
        "environmentId",
        lower(JobWords.environmentName(shown)),
        lower(JobWords.environmentName(resource)));
    difference.add("environmentVariables", before.variables(), after.variables());
    difference.add("experimentName", JobWords.experiment(shown), JobWords.experiment(resource));
    difference.add("inputs", before.inputs(), after.inputs());
    difference.add("limits", there.spec().limitMillis(), sent.spec().limitMillis());
    difference.add("outputs", before.outputs(), after.outputs());
    difference.add("resources", there.spec().nodes(), sent.spec().nodes());
    return difference.names;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private void add(String name, Object there, Object sent) {
    if (!there.equals(sent)) {
      names.add(name);
    }
  }
}
