package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskId;
import java.util.List;
import java.util.TreeMap;

/// A state made again from the facts of another, as a start from a snapshot makes it: everything
/// derived is counted afresh. And a state in words, by which two can be compared.
public final class Recount {
  private Recount() {}

  public static State of(State known) {
    State again = new State();
    again.installation = known.installation;
    again.epoch = known.epoch;
    again.nextCounter = known.nextCounter;
    again.sequence = known.sequence;
    again.now = known.now;
    again.safeMode = known.safeMode;
    again.observeUntil = known.observeUntil;
    again.settings = known.settings;
    again.sizes = new TreeMap<>(known.sizes);
    again.prices = known.prices;
    again.host = known.host;
    again.storage = known.storage;
    again.access = known.access;
    known.quotas.limits().forEach(again.quotas::setLimit);
    known.workspaces.forEach(again::putWorkspace);
    known.clusters.forEach(again::putCluster);
    known.nodes.forEach(again::putNode);
    known.jobs.forEach(again::putJob);
    known.attempts.forEach(again::putAttempt);
    for (NodeId stray : known.strayNodes) {
      again.putStray(stray, true);
    }
    for (TaskId stray : known.strayTasks) {
      again.putStray(stray, true);
    }
    known.quarantine.forEach((thing, incident) -> {
      again.quarantine.put(thing, incident);
      again.deadlines.quarantine(thing);
    });
    again.clusterCharges.putAll(known.clusterCharges);
    again.jobCharges.putAll(known.jobCharges);
    return again;
  }

  /// What is written to snapshots.
  static String facts(State state) {
    return String.join(
        "\n",
        List.of(
            state.installation + " " + state.epoch + " " + state.nextCounter,
            state.sequence + " " + state.now + " " + state.safeMode + " " + state.observeUntil,
            state.settings.toString(),
            state.sizes.toString(),
            state.prices.prices().toString(),
            state.host.toString(),
            state.storage.toString(),
            state.access.toString(),
            state.strayNodes.toString(),
            state.strayTasks.toString(),
            state.quarantine.toString(),
            state.workspaces.toString(),
            state.clusters.toString(),
            state.nodes.toString(),
            state.jobs.toString(),
            state.attempts.toString(),
            state.quotas.limits().toString(),
            state.clusterCharges.toString(),
            state.jobCharges.toString()));
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
            "outstanding " + state.outstanding.all(),
            "ended " + state.endedBySequence,
            "waiting " + state.waitingJobs,
            "deleting " + state.deletingWorkspaces));
  }
}
