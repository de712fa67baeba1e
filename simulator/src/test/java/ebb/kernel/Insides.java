package ebb.kernel;

import ebb.kernel.placement.ClusterLoad;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What the simulation's promises may see of a state's insides: its facts, what is derived from
/// them, and the same state built anew.
public final class Insides {
  private Insides() {}

  /// The facts, by name.
  public static TreeMap<String, Object> facts(State state) {
    TreeMap<String, Object> facts = new TreeMap<>();
    facts.put(
        "server",
        List.of(
            state.installation,
            state.epoch,
            state.nextCounter,
            state.sequence,
            state.now,
            state.safeMode,
            state.observeUntil));
    facts.put("settings", state.settings);
    facts.put("sizes", new TreeMap<>(state.sizes));
    facts.put("prices", List.of(state.prices.currency(), state.prices.prices()));
    facts.put("host", List.of(state.host, state.storage));
    facts.put("access", state.access);
    facts.put("limits", new TreeMap<>(state.quotas.limits()));
    facts.put("strays", List.of(List.copyOf(state.strayNodes), List.copyOf(state.strayTasks)));
    facts.put("quarantine", new TreeMap<>(state.quarantine));
    facts.put("workspaces", new TreeMap<>(state.workspaces));
    facts.put("clusters", new TreeMap<>(state.clusters));
    facts.put("nodes", new TreeMap<>(state.nodes));
    facts.put("jobs", new TreeMap<>(state.jobs));
    facts.put("attempts", new TreeMap<>(state.attempts));
    facts.put("charges", List.of(copy(state.clusterCharges), copy(state.jobCharges)));
    return facts;
  }

  private static <K, V> TreeMap<K, V> copy(TreeMap<K, V> map) {
    return new TreeMap<>(map);
  }

  /// Everything derived that has contents to compare, by name. The agenda is left out: it is what
  /// is still to be looked at, which a state built anew does not remember.
  public static TreeMap<String, Object> derived(State state) {
    TreeMap<String, Object> derived = new TreeMap<>();
    TreeMap<ClusterId, Object> loads = new TreeMap<>();
    for (var entry : state.loads.entrySet()) {
      ClusterLoad load = entry.getValue();
      loads.put(entry.getKey(), load.contents());
    }
    derived.put("loads", loads);
    derived.put("quota keys", new TreeMap<>(state.quotaKeys));
    derived.put("quotas", state.quotas.derived().toString());
    derived.put("host", state.hostUsage.derived().toString());
    derived.put("deadlines", state.deadlines.contents());
    derived.put("outstanding", state.outstanding.all());
    derived.put("ended", new TreeMap<>(state.endedBySequence));
    derived.put("waiting", new TreeMap<>(state.waitingJobs));
    derived.put("deleting", List.copyOf(state.deletingWorkspaces));
    List<Object> names = new ArrayList<>();
    for (var workspace : state.workspaces.values()) {
      names.add(workspace.id());
      names.add(String.valueOf(state.names.workspace(workspace.scope())));
      names.add(new TreeMap<>(state.names.clusters(workspace.id())).toString());
      names.add(new TreeMap<>(state.names.jobs(workspace.id())).toString());
    }
    derived.put("names", names);
    return derived;
  }

  /// A state with the same facts, whose indexes were built from them, and whose every cluster is
  /// yet to be looked at.
  public static State rebuilt(State from) {
    State state = new State();
    state.installation = from.installation;
    state.epoch = from.epoch;
    state.nextCounter = from.nextCounter;
    state.sequence = from.sequence;
    state.now = from.now;
    state.safeMode = from.safeMode;
    state.observeUntil = from.observeUntil;
    state.settings = from.settings;
    state.sizes = new TreeMap<>(from.sizes);
    state.prices = from.prices;
    state.host = from.host;
    state.storage = from.storage;
    state.access = from.access;
    from.quotas.limits().forEach(state.quotas::setLimit);
    from.workspaces.forEach(state::putWorkspace);
    from.clusters.forEach(state::putCluster);
    from.nodes.forEach(state::putNode);
    from.jobs.forEach(state::putJob);
    from.attempts.forEach(state::putAttempt);
    from.strayNodes.forEach(node -> state.putStray(node, true));
    from.strayTasks.forEach(task -> state.putStray(task, true));
    from.quarantine.forEach(
        (thing, incident) -> {
          state.quarantine.put(thing, incident);
          state.deadlines.drop(thing);
        });
    state.clusterCharges.putAll(from.clusterCharges);
    state.jobCharges.putAll(from.jobCharges);
    state.lookAtAll();
    return state;
  }

  /// What policy would say if it looked at everything again; null if nothing.
  public static @Nullable Envelope unsaid(State state, Kernel.Moment moment) {
    return Kernel.next(rebuilt(state), moment);
  }
}
