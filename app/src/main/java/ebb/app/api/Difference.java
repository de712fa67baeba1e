package ebb.app.api;

import ebb.app.specification.Specification;
import ebb.kernel.protocol.JobSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// In what a job that was sent differs from the one that there is, in the words of the door that it
/// came through.
final class Difference {
  private final List<String> names = new ArrayList<>();

  private Difference() {}

  /// Where both came through Azure's door, its words say all that what it sent can differ in.
  ///
  /// @param stored what `there` runs; null if nobody knows any more
  static List<String> between(
      JobSpec there, JobSpec sent, @Nullable Specification stored, Specification specification) {
    List<String> names = stored == null ? List.of() : between(stored, specification);
    boolean saysAll = !names.isEmpty() && areAzures(stored, specification);
    List<String> all = new ArrayList<>(saysAll ? List.of() : between(there, sent));
    all.addAll(names);
    return all;
  }

  private static boolean areAzures(@Nullable Specification there, Specification sent) {
    return there != null && !there.resource().isEmpty() && !sent.resource().isEmpty();
  }

  private static List<String> between(JobSpec there, JobSpec sent) {
    Difference difference = new Difference();
    difference.add("cluster", there.cluster(), sent.cluster());
    difference.add("account", there.account(), sent.account());
    difference.add("priority", there.priority(), sent.priority());
    difference.add("nodes", there.nodes(), sent.nodes());
    difference.add("limit", there.limitMillis(), sent.limitMillis());
    difference.add("retries", there.retries(), sent.retries());
    return difference.names;
  }

  private static List<String> between(Specification there, Specification sent) {
    Difference difference = new Difference();
    if (!areAzures(there, sent)) {
      difference.add("command", there.program(), sent.program());
      difference.add("environment", there.variables(), sent.variables());
      difference.add("image", there.environment(), sent.environment());
      difference.add("code", there.code(), sent.code());
      difference.add("inputs", there.inputs(), sent.inputs());
      difference.add("outputs", there.outputs(), sent.outputs());
      difference.add("distribution", there.distribution(), sent.distribution());
      return difference.names;
    }
    ObjectNode before = Json.object(there.resource());
    ObjectNode after = Json.object(sent.resource());
    TreeSet<String> all = new TreeSet<>(before.propertyNames());
    all.addAll(after.propertyNames());
    all.forEach(name -> difference.add(name, before.path(name), after.path(name)));
    return difference.names;
  }

  private void add(String name, Object there, Object sent) {
    if (!there.equals(sent)) {
      names.add(name);
    }
  }
}
