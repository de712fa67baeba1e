package ebb.kernel;

import static ebb.kernel.World.D3;
import static ebb.kernel.World.cluster;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds after every step of any sequence of commands and reports. The seeds are fixed; more,
/// or another, with `-Debb.seeds=first-last`. A failure names its seed and its step.
class PropertiesTest {
  private static final int STEPS = 400;

  static LongStream seeds() {
    String[] asked = System.getProperty("ebb.seeds", "1-25").split("-");
    return LongStream.rangeClosed(
        Long.parseLong(asked[0]), Long.parseLong(asked[asked.length - 1]));
  }

  private static Story start(Transitions transitions) {
    return Story.usual(transitions)
        .cluster("gpu", cluster().nodes(0, 4))
        .cluster("cpu", cluster().size(D3).nodes(0, 4))
        .cluster("low", cluster().low().nodes(1, 3));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everythingThatAlwaysHoldsHoldsAfterEveryStep(long seed) {
    Chaos chaos = new Chaos(seed);
    Story story = start(new Transitions());
    for (int step = 0; step < STEPS; step++) {
      story.jumps(chaos.pause());
      Command command = chaos.next(story);
      String where =
          "seed %d, step %d, after %s; again with -Debb.seeds=%d"
              .formatted(seed, step, command, seed);
      TreeMap<QuotaKey, Integer> usedBefore = used(story);
      try {
        decideChangesNothing(story, command, where);
        step(story.when(command), chaos);
      } catch (RuntimeException bug) {
        throw new AssertionError(where, bug);
      }
      derivedEqualsARecount(story, where);
      quotaIsNotExceeded(story, usedBefore, where);
      nothingIsOverdue(story, where);
      policyHasNothingElseToSay(story, where);
      placesAreWhole(story, where);
    }
    segmentsTile(story, "seed " + seed);
  }

  /// Policy speaks; history has everything so far at some of the times only.
  private static void step(Story story, Chaos chaos) {
    if (chaos.historyIsThere()) {
      story.historyCatchesUp();
    } else {
      story.policySpeaks();
    }
  }

  private static String all(Story story) {
    return Recount.facts(story.state()) + "\n" + Recount.derived(story.state());
  }

  private static void decideChangesNothing(Story story, Command command, String where) {
    String before = all(story);
    Actor actor = command instanceof Command.Wish ? World.OWNER : Actor.SHELL;
    Kernel.decide(story.state(), new Order(story.now(), actor, "", command));
    assertThat(all(story)).as(where).isEqualTo(before);
  }

  private static void derivedEqualsARecount(Story story, String where) {
    State again = Recount.of(story.state());
    assertThat(Recount.facts(story.state())).as(where).isEqualTo(Recount.facts(again));
    assertThat(Recount.derived(story.state())).as(where).isEqualTo(Recount.derived(again));
  }

  private static TreeMap<QuotaKey, Integer> used(Story story) {
    TreeMap<QuotaKey, Integer> used = new TreeMap<>();
    for (QuotaKey key :
        new QuotaKey[] {World.NC_QUOTA, World.DV2_QUOTA, World.REGIONAL, World.LOW_PRIORITY}) {
      used.put(key, story.state().quotas().used(key));
    }
    return used;
  }

  /// Above its limit a key may be, since the limit was lowered; but it never grows there.
  private static void quotaIsNotExceeded(
      Story story, TreeMap<QuotaKey, Integer> before, String where) {
    used(story)
        .forEach((key, used) -> {
          int limit = story.state().quotas().limit(key, story.state().settings());
          assertThat(used)
              .as("%s: %s", where, key)
              .isLessThanOrEqualTo(Math.max(limit, before.get(key)));
        });
  }

  private static void nothingIsOverdue(Story story, String where) {
    assertThat(story.state().nextDeadline(0)).as(where).isGreaterThan(story.now());
  }

  /// To look at every cluster again finds nothing that the agenda did not. One thing may come late,
  /// until the cluster's next event: when another cluster takes a quota that both share, a head may
  /// lose its chance, and those behind it need not wait for it any more.
  private static void policyHasNothingElseToSay(Story story, String where) {
    boolean quotaWasTaken =
        story.policySaid().stream().anyMatch(Event.NodeRequested.class::isInstance);
    story.state().lookAtAll();
    story.policySpeaks();
    if (!quotaWasTaken) {
      assertThat(story.policySaid()).as(where).isEmpty();
    }
  }

  /// Every running node runs one live task that knows it, and a job that is active has an attempt.
  private static void placesAreWhole(Story story, String where) {
    State state = story.state();
    for (Node node : state.allNodes()) {
      TaskId task = node.task();
      if (!task.equals(TaskId.NONE)) {
        assertThat(state.attempt(task.attempt()).isLive(task.rank())).as(where).isTrue();
        assertThat(state.attempt(task.attempt()).task(task.rank()).node())
            .as(where)
            .isEqualTo(node.id());
      }
    }
    for (Job job : state.allJobs()) {
      if (job.phase() instanceof Job.Active active) {
        assertThat(state.attempt(active.attempt()).job()).as(where).isEqualTo(job.id());
      }
    }
    assertThat(state.attempts.values()).as(where).allMatch(attempt -> attempt.live() > 0);
  }

  private static void segmentsTile(Story story, String where) {
    TreeMap<NodeId, Long> ends = new TreeMap<>();
    for (Event.NodeAccepted accepted : story.happened(Event.NodeAccepted.class)) {
      ends.put(accepted.node(), accepted.from());
    }
    for (Event.SegmentClosed segment : story.happened(Event.SegmentClosed.class)) {
      assertThat(segment.from()).as(where).isEqualTo(ends.put(segment.node(), segment.to()));
      assertThat(segment.to()).as(where).isGreaterThan(segment.from());
    }
    for (Event.NodeGone gone : story.happened(Event.NodeGone.class)) {
      Long end = ends.get(gone.node());
      assertThat(end == null ? gone.at() : end).as(where).isEqualTo(gone.at());
    }
  }

  @Test
  void noSequenceMakesATransitionThatTheTableLacks() {
    Transitions transitions = new Transitions();
    for (long seed = 1; seed <= 10; seed++) {
      Chaos chaos = new Chaos(seed);
      Story story = start(transitions);
      for (int step = 0; step < STEPS; step++) {
        step(story.jumps(chaos.pause()).when(chaos.next(story)), chaos);
      }
    }

    assertThat(transitions.seen())
        .as("made, but not in %s", Transitions.KNOWN)
        .isSubsetOf(Transitions.known());
  }

  @Test
  void oneSeedMakesOneHistory() {
    assertThat(history(3)).isEqualTo(history(3)).isNotEqualTo(history(4));
  }

  private static String history(long seed) {
    Chaos chaos = new Chaos(seed);
    Story story = start(new Transitions());
    for (int step = 0; step < STEPS; step++) {
      story.jumps(chaos.pause()).when(chaos.next(story)).policySpeaks();
    }
    return story.happened(Event.class) + all(story);
  }

  @Test
  void theSequencesMeetWhatTheyAreMeantToMeet() {
    List<Event> met = new ArrayList<>();
    TreeSet<String> sent = new TreeSet<>();
    for (long seed = 1; seed <= 6; seed++) {
      Story story = start(new Transitions());
      Chaos chaos = new Chaos(seed);
      for (int step = 0; step < 10 * STEPS; step++) {
        Command command = chaos.next(story.jumps(chaos.pause()));
        sent.add(command.getClass().getSimpleName());
        step(story.when(command), chaos);
      }
      met.addAll(story.happened(Event.class));
    }
    assertThat(of(met, Event.AttemptOrdered.class)).hasSizeGreaterThan(300);
    assertThat(of(met, Event.AttemptOrdered.class)).anyMatch(it -> it.nodes().size() > 1);
    assertThat(of(met, Event.JobBackedOff.class)).isNotEmpty();
    assertThat(of(met, Event.Quarantined.class))
        .extracting(Event.Quarantined::thing)
        .extracting(Thing::kind)
        .contains(Thing.Kind.JOB, Thing.Kind.NODE);
    assertThat(of(met, Event.ClusterDeleted.class)).isNotEmpty();
    assertThat(of(met, Event.WorkspaceDeleted.class)).isNotEmpty();
    assertThat(sent).containsExactlyElementsOf(MatrixTest.kinds(Command.class));
  }

  private static <T extends Event> List<T> of(List<Event> met, Class<T> kind) {
    return met.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
