package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.codec.BatchCodec;
import ebb.kernel.codec.SnapshotReader;
import ebb.kernel.codec.SnapshotWriter;
import ebb.kernel.protocol.ClusterId;
import java.util.List;
import java.util.TreeMap;

/// A state read again from its own snapshot: everything derived is counted afresh. And a state in
/// words, by which two can be compared.
public final class Recount {
  private Recount() {}

  public static State of(State known) {
    SnapshotWriter writer = new SnapshotWriter(known.sequence(), BatchCodec.noHash());
    Snapshots.write(Snapshots.facts(known), writer);
    return Snapshots.read(new SnapshotReader(List.of(writer.finish()).iterator()));
  }

  /// What is written to snapshots.
  static String facts(State state) {
    return Snapshots.facts(state).toString();
  }

  /// What is derived from the facts. The agenda is left out: after a start every cluster is looked
  /// at.
  static String derived(State state) {
    TreeMap<ClusterId, Object> loads = new TreeMap<>();
    state.loads.forEach((id, load) -> loads.put(id, load.contents()));
    TreeMap<ClusterId, Object> names = new TreeMap<>();
    for (Cluster cluster : state.allClusters()) {
      names.put(cluster.id(), state.names.cluster(cluster.workspace(), cluster.name()));
    }
    TreeMap<ebb.kernel.protocol.WorkspaceId, Object> jobNames = new TreeMap<>();
    state.workspaces.keySet().forEach(id -> jobNames.put(id, state.names.jobs(id)));
    return String.join(
        "\n",
        List.of(
            "loads " + loads,
            "clusters by name " + names,
            "jobs by name " + jobNames,
            "quota keys " + state.quotaKeys,
            "quota " + state.quotas.derived(),
            "host " + state.hostUsage.derived(),
            "deadlines " + state.deadlines.contents(),
            "ended " + state.ended,
            "waiting " + state.waitingJobs,
            "deleting " + state.deletingWorkspaces));
  }
}
