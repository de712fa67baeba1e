package ebb.kernel;

import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.WorkspaceId;
import java.util.TreeSet;

/// Which records changed since the last batch was published, so that publishing costs by what
/// changed.
public final class Touched {
  public final TreeSet<WorkspaceId> workspaces = new TreeSet<>();
  public final TreeSet<ClusterId> clusters = new TreeSet<>();
  public final TreeSet<NodeId> nodes = new TreeSet<>();
  public final TreeSet<JobId> jobs = new TreeSet<>();
  public final TreeSet<AttemptId> attempts = new TreeSet<>();

  public void clear() {
    workspaces.clear();
    clusters.clear();
    nodes.clear();
    jobs.clear();
    attempts.clear();
  }
}
