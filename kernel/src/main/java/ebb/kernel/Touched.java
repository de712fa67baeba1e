package ebb.kernel;

import ebb.kernel.collection.KeyMap;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.EntityId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.WorkspaceId;
import java.util.Collections;
import java.util.Set;

/// Which records changed since the last batch was published, so that publishing costs by what
/// changed.
public final class Touched {
  public final Set<WorkspaceId> workspaces = none();
  public final Set<ClusterId> clusters = none();
  public final Set<NodeId> nodes = none();
  public final Set<JobId> jobs = none();
  public final Set<AttemptId> attempts = none();

  private static <I extends EntityId & Comparable<I>> Set<I> none() {
    return Collections.newSetFromMap(KeyMap.<I, Boolean>byId());
  }

  public void clear() {
    workspaces.clear();
    clusters.clear();
    nodes.clear();
    jobs.clear();
    attempts.clear();
  }
}
