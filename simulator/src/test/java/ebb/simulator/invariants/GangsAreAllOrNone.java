package ebb.simulator.invariants;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import java.util.TreeSet;

/// An attempt is ordered on exactly as many free nodes as its job asks for, and a claim asks in one
/// decision for all the nodes it lacks.
final class GangsAreAllOrNone implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (event instanceof Event.AttemptOrdered ordered) {
      History.Job job = history.jobs.get(ordered.job());
      check(ordered.nodes().size() == job.spec().nodes(), ordered, " of ", job.queued);
      check(new TreeSet<>(ordered.nodes()).size() == ordered.nodes().size(), "twice: ", ordered);
      check(job.waits(), ordered, " of a job that is ", job.stand);
      for (NodeId id : ordered.nodes()) {
        History.Node node = history.nodes.get(id);
        check(node.isFree(), "node ", id, " is not free: ", ordered);
        check(node.requested.cluster().equals(job.queued.cluster()), "foreign node: ", ordered);
      }
    }
  }

  @Override
  public void decided(Envelope envelope, History history) {
    for (Event event : envelope.events()) {
      if (event instanceof Event.JobAssembling assembling) {
        ClusterId cluster = history.jobs.get(assembling.job()).queued.cluster();
        long there =
            history.nodesOf(cluster).stream()
                .filter(node -> node.isFree() || node.isComing())
                .count();
        int claimed = 0;
        for (History.Job job : history.jobs.values()) {
          if (job.stand == History.Stand.ASSEMBLING && job.queued.cluster().equals(cluster)) {
            claimed += job.spec().nodes();
          }
        }
        long asked =
            envelope.events().stream().filter(each -> each instanceof Event.NodeRequested).count();
        check(
            there >= Math.min(claimed, asked), assembling, ": claims ", claimed, ", there ", there);
        check(
            asked == 0 || there >= history.jobs.get(assembling.job()).spec().nodes(),
            assembling,
            " asked for a part only");
      }
    }
  }
}
