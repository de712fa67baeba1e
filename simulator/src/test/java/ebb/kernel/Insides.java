package ebb.kernel;

import ebb.kernel.codec.SnapshotReader;
import ebb.kernel.codec.SnapshotWriter;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What the simulation's promises may see of a state's insides: what is derived, and the same state
/// built anew from its facts.
public final class Insides {
  private Insides() {}

  /// Everything derived that has contents to compare, by name. The agenda is left out: it is what
  /// is still to be looked at, which a state built anew does not remember.
  public static TreeMap<String, Object> derived(State state) {
    TreeMap<String, Object> derived = new TreeMap<>();
    TreeMap<ClusterId, Object> loads = new TreeMap<>();
    state.loads.forEach((id, load) -> loads.put(id, load.contents()));
    derived.put("loads", loads);
    derived.put("quota keys", new TreeMap<>(state.quotaKeys));
    derived.put("quotas", state.quotas.derived().toString());
    derived.put("host", state.hostUsage.derived().toString());
    derived.put("deadlines", state.deadlines.contents());
    derived.put("ended", List.copyOf(state.ended));
    derived.put("waiting", new TreeMap<>(state.waitingJobs));
    derived.put("deleting", List.copyOf(state.deletingWorkspaces));
    List<Object> names = new ArrayList<>();
    for (var workspace : state.workspaces.values()) {
      names.add(workspace.id());
      names.add(String.valueOf(state.names.workspace(workspace.scope())));
      names.add(state.names.clusters(workspace.id()).toString());
      names.add(state.names.jobs(workspace.id()).toString());
    }
    derived.put("names", names);
    return derived;
  }

  /// The state written to a snapshot's bytes.
  public static byte[] snapshot(State state, byte[] journalHash) {
    SnapshotWriter writer = new SnapshotWriter(state.sequence(), journalHash);
    Snapshots.write(Snapshots.facts(state), writer);
    return writer.finish();
  }

  /// A state with the same facts, gone through bytes, whose indexes were built from them and whose
  /// every cluster is yet to be looked at.
  public static State rebuilt(State from) {
    return Snapshots.read(new SnapshotReader(snapshot(from, new byte[32])));
  }

  /// What policy would say if it looked at everything again; null if nothing.
  public static @Nullable Envelope unsaid(State rebuilt, Kernel.Moment moment) {
    rebuilt.lookAtAll();
    return Kernel.next(rebuilt, moment);
  }
}
