package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.WorkspaceId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Which transitions were seen: the type of an event, and the phase of the thing it is about at the
/// moment before it was applied. `-` is a thing that does not exist, or an event about no thing.
public final class Transitions {
  static final String KNOWN = "matrix-transitions.txt";

  private final TreeSet<String> seen = new TreeSet<>();

  /// Those that the tables of [MatrixTest] exercise: there are no others.
  public static TreeSet<String> known() {
    try (InputStream in = Transitions.class.getResourceAsStream(KNOWN)) {
      return new TreeSet<>(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Makes a decision true event by event, so that the phase before each can be seen.
  public void make(State state, Envelope envelope) {
    for (Event event : envelope.events()) {
      for (String phase : phases(state, event)) {
        seen.add(event.getClass().getSimpleName() + " " + phase);
      }
      Kernel.apply(
          state,
          new Envelope(
              envelope.at(),
              envelope.observed(),
              envelope.actor(),
              envelope.requestId(),
              envelope.cause(),
              List.of(event)));
    }
  }

  public TreeSet<String> seen() {
    return seen;
  }

  private static Set<String> phases(State state, Event event) {
    return switch (event) {
      case Event.SystemEvent _ -> Set.of("-");
      case Event.ScopeEvent scope -> Set.of(scope(state, scope));
      case Event.ClusterEvent cluster -> Set.of(cluster(state, cluster));
      case Event.NodeEvent node -> Set.of(node(state, node.node()));
      case Event.JobEvent job -> jobs(state, job);
      case Event.AttemptEvent attempt -> Set.of(attempt(state, attempt));
    };
  }

  private static String scope(State state, Event.ScopeEvent event) {
    return switch (event) {
      case Event.WorkspaceCreated created -> workspace(state, created.id());
      case Event.WorkspaceDeleting deleting -> workspace(state, deleting.id());
      case Event.WorkspaceDeleted deleted -> workspace(state, deleted.id());
      case Event.WorkspaceTagged tagged -> workspace(state, tagged.id());
      case Event.GroupPut _, Event.GroupDeleted _ -> "-";
      case Event.LockPut _, Event.LockDeleted _, Event.RoleAssigned _, Event.RoleRemoved _ -> "-";
    };
  }

  private static String workspace(State state, WorkspaceId id) {
    Workspace workspace = state.workspace(id);
    return workspace == null ? "-" : workspace.deleting() ? "Deleting" : "Steady";
  }

  private static String cluster(State state, Event.ClusterEvent event) {
    return switch (event) {
      case Event.ClusterCreated created -> cluster(state, created.id());
      case Event.ClusterChanged changed -> cluster(state, changed.id());
      case Event.ClusterRepriced repriced -> cluster(state, repriced.id());
      case Event.ClusterDeleting deleting -> cluster(state, deleting.id());
      case Event.ClusterDeleted deleted -> cluster(state, deleted.id());
      case Event.GrowthBackOffEnded ended -> cluster(state, ended.cluster());
    };
  }

  static String cluster(State state, ClusterId id) {
    Cluster cluster = state.cluster(id);
    if (cluster == null) {
      return "-";
    }
    return cluster.deleting()
        ? "Deleting"
        : cluster.growthNotBefore() != 0 ? "BackingOff" : "Steady";
  }

  static String node(State state, NodeId id) {
    Node node = state.node(id);
    return node == null ? "-" : Why.phase(node);
  }

  static String job(State state, JobId id) {
    Job job = state.job(id);
    return job == null ? "-" : Why.phase(job);
  }

  private static String attempt(State state, AttemptId id) {
    Attempt attempt = state.attempt(id);
    return attempt == null ? "-" : Why.phase(attempt);
  }

  private static Set<String> jobs(State state, Event.JobEvent event) {
    return switch (event) {
      case Event.JobQueued queued -> Set.of(job(state, queued.job()));
      case Event.JobAssembling assembling -> Set.of(job(state, assembling.job()));
      case Event.JobBackedOff backedOff -> Set.of(job(state, backedOff.job()));
      case Event.BackOffEnded ended -> Set.of(job(state, ended.job()));
      case Event.ClaimGivenBack back -> Set.of(job(state, back.job()));
      case Event.CancelRequested requested -> Set.of(job(state, requested.job()));
      case Event.JobEnded ended -> Set.of(job(state, ended.job()));
      case Event.JobDeleted deleted -> Set.of(job(state, deleted.job()));
      case Event.JobDescribed described -> Set.of(job(state, described.job()));
      case Event.LocalJobTaken taken -> Set.of(job(state, taken.job()));
      case Event.LocalJobStarted started -> Set.of(job(state, started.job()));
      case Event.LocalJobAwaited awaited -> Set.of(job(state, awaited.job()));
      case Event.JobsArchived archived -> {
        Set<String> phases = new TreeSet<>();
        archived.jobs().forEach(id -> phases.add(job(state, id)));
        yield phases;
      }
    };
  }

  private static String attempt(State state, Event.AttemptEvent event) {
    return switch (event) {
      case Event.AttemptOrdered ordered -> job(state, ordered.job());
      case Event.TaskStarted started -> attempt(state, started.task().attempt());
      case Event.TaskEnded ended -> attempt(state, ended.task().attempt());
      case Event.AttemptStopping stopping -> attempt(state, stopping.attempt());
      case Event.AttemptEnded ended -> attempt(state, ended.attempt());
    };
  }
}
