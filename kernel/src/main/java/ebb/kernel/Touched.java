package ebb.kernel;

import ebb.kernel.collection.IdMap;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.EntityId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.WorkspaceId;
import java.util.Collections;
import java.util.Set;
import java.util.function.LongFunction;

/// Which records changed since the last batch was published, so that publishing costs by what
/// changed.
public final class Touched {
  public final Set<WorkspaceId> workspaces = setOf(WorkspaceId::new);
  public final Set<ClusterId> clusters = setOf(ClusterId::new);
  public final Set<NodeId> nodes = setOf(NodeId::new);
  public final Set<JobId> jobs = setOf(JobId::new);
  public final Set<AttemptId> attempts = setOf(AttemptId::new);

  private static <I extends EntityId> Set<I> setOf(LongFunction<I> idOf) {
    return Collections.newSetFromMap(new IdMap<>(idOf));
  }

  public void clear() {
    workspaces.clear();
    clusters.clear();
    nodes.clear();
    jobs.clear();
    attempts.clear();
  }
}
