package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.specification.Specification;
import ebb.kernel.State;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Verdict;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a submission to the ledger, with nothing modelled but the journal's disk.
class FullLoopTest {
  private static final int JOBS = 20;
  private static final int NODES_MAX = 3;

  @TempDir Path home;

  @Test
  void clusterGrowsRunsEverythingShrinksToNothingAndTheLedgerAddsUp() throws Exception {
    try (DrivenEngine loop = new DrivenEngine(home, NODES_MAX, 0)) {
      String hash =
          loop.server.specifications.put(Specification.ofShellLine("echo $EBB_JOB_NAME", Map.of()));
      for (int i = 0; i < JOBS; i++) {
        assertThat(submit(loop, "job-" + i, 1, hash)).isInstanceOf(Verdict.Accepted.class);
      }
      assertThat(submit(loop, "gang", 3, hash)).isInstanceOf(Verdict.Accepted.class);
      ServerStandIn.eventually(
          "all jobs ended and no node is left",
          () ->
              loop.ask(state ->
                  jobs(state).stream().allMatch(job -> job.phase() instanceof Job.Ended)
                      && !state.allNodes().iterator().hasNext()));
      assertThat(loop.incidents).isEmpty();
      List<Event> events = events(loop);
      List<Event.JobEnded> ends = only(events, Event.JobEnded.class);
      assertThat(ends).hasSize(JOBS + 1);
      assertThat(ends).allMatch(end -> end.cause() == EndCause.SUCCEEDED);
      assertThat(only(events, Event.TaskStarted.class)).hasSize(JOBS + 3);
      assertThat(mostNodes(events)).isEqualTo(NODES_MAX);
      assertThat(loop.ask(FullLoopTest::ofCluster)).isEqualTo(livesOfNodes(events));
      assertThat(loop.ask(FullLoopTest::ofJobs)).isEqualTo(segmentsOfJobs(events));
      JobId gang = loop.ask(state -> named(state, "gang").id());
      assertThat(loop.server.backend.folders().run(gang, 1, 2).stdout()).hasContent("gang\n");
    }
  }

  private static Verdict submit(DrivenEngine loop, String name, int nodes, String hash)
      throws Exception {
    JobSpec spec =
        new JobSpec(DrivenEngine.CLUSTER, "someone", 0, nodes, 0, JobSpec.DEFAULT_RETRIES, hash);
    return loop.wish(
        new Command.SubmitJob(DrivenEngine.WORKSPACE, name, spec, System.currentTimeMillis()));
  }

  private static List<Job> jobs(State state) {
    return StreamSupport.stream(state.allJobs().spliterator(), false).toList();
  }

  private static Job named(State state, String name) {
    return jobs(state).stream().filter(job -> job.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<Event> events(DrivenEngine loop) {
    return loop.journal().stream()
        .flatMap(batch -> batch.envelopes().stream())
        .flatMap(envelope -> envelope.events().stream())
        .toList();
  }

  private static <E extends Event> List<E> only(List<Event> events, Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static int mostNodes(List<Event> events) {
    int nodes = 0;
    int most = 0;
    for (Event event : events) {
      nodes += event instanceof Event.NodeRequested ? 1 : event instanceof Event.NodeGone ? -1 : 0;
      most = Math.max(most, nodes);
    }
    assertThat(nodes).isZero();
    return most;
  }

  /// What the cluster is charged with, the runs of its jobs among it.
  private static long ofCluster(State state) {
    return state.charges(state.allClusters().iterator().next().id()).millis();
  }

  private static long ofJobs(State state) {
    return jobs(state).stream().mapToLong(job -> state.charges(job.id()).millis()).sum();
  }

  private static long segmentsOfJobs(List<Event> events) {
    return only(events, Event.SegmentClosed.class).stream()
        .filter(segment -> !segment.payer().equals(JobId.NONE))
        .mapToLong(segment -> segment.to() - segment.from())
        .sum();
  }

  /// How long all nodes existed. The segments of each cover its life from its claim to its end,
  /// without gap or overlap.
  private static long livesOfNodes(List<Event> events) {
    TreeMap<NodeId, Event.NodeAccepted> accepted = new TreeMap<>();
    only(events, Event.NodeAccepted.class).forEach(event -> accepted.put(event.node(), event));
    long sum = 0;
    for (Event.NodeGone gone : only(events, Event.NodeGone.class)) {
      List<Event.SegmentClosed> segments =
          only(events, Event.SegmentClosed.class).stream()
              .filter(segment -> segment.node().equals(gone.node()))
              .sorted(Comparator.comparingLong(Event.SegmentClosed::from))
              .toList();
      if (!accepted.containsKey(gone.node())) {
        assertThat(segments).isEmpty();
        continue;
      }
      long at = accepted.get(gone.node()).from();
      for (Event.SegmentClosed segment : segments) {
        assertThat(segment.from()).isEqualTo(at);
        at = segment.to();
      }
      assertThat(at).isEqualTo(gone.at());
      sum += at - accepted.get(gone.node()).from();
    }
    return sum;
  }
}
