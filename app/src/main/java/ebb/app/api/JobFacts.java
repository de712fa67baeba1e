package ebb.app.api;

import ebb.app.journal.Usage;
import ebb.kernel.money.Charges;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Weakness;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of a job beside the job itself.
///
/// @param charges what it has cost; null where nobody looked
/// @param virtual whether a node of it shares the machine; null while it has none, and where nobody
///   looked
/// @param isolation how its tasks are kept apart, on the weakest of its nodes; null as `virtual`
/// @param weaknesses what that lacks on any of them; empty too where nobody looked
/// @param used what its tasks have used; null as `virtual`, and before it has ended
record JobFacts(
    @Nullable Charges charges,
    @Nullable Boolean virtual,
    @Nullable Isolation isolation,
    List<Weakness> weaknesses,
    @Nullable Usage used) {
  static final JobFacts NONE = new JobFacts(null, null, null, List.of(), null);

  /// Of a job that has left memory, in a list.
  static JobFacts of(Charges charges) {
    return new JobFacts(charges, null, null, List.of(), null);
  }

  /// Of one that is on these nodes.
  static JobFacts of(Charges charges, List<Node> nodes) {
    Isolation weakest = null;
    for (Node node : nodes) {
      if (weakest == null || node.isolation() == Isolation.NONE) {
        weakest = node.isolation();
      }
    }
    if (weakest == null) {
      return of(charges);
    }
    List<Weakness> weaknesses = new ArrayList<>();
    nodes.forEach(node -> weaknesses.addAll(node.weaknesses()));
    boolean virtual = nodes.stream().anyMatch(Node::virtual);
    return new JobFacts(charges, virtual, weakest, Weakness.sorted(weaknesses), null);
  }

  /// Of one that has ended. Of its nodes history may have heard before its end.
  static JobFacts of(Charges charges, Usage usage) {
    Isolation isolation = usage.isolation();
    return isolation == null // it never had a node
        ? of(charges)
        : new JobFacts(
            charges,
            usage.virtual(),
            isolation,
            usage.weaknesses(),
            usage.isWhole() ? usage : null);
  }

  /// As it is shown.
  @Nullable String isolationShown() {
    return isolation == null ? null : Reason.lower(isolation);
  }

  /// Absent where no isolation is shown.
  @Nullable List<String> weaknessesShown() {
    return isolation == null ? null : Shapes.words(weaknesses);
  }
}
