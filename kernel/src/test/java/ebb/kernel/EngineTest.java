package ebb.kernel;

import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Batch;
import ebb.kernel.engine.Engine;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.Thing;
import ebb.kernel.protocol.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineTest {
  private final List<String> order = new ArrayList<>();
  private final List<Batch> batches = new ArrayList<>();
  private final List<Verdict> answers = new ArrayList<>();
  private final List<Backend.Instruction> told = new ArrayList<>();
  private final List<String> incidents = new ArrayList<>();
  private boolean journalFails;
  private final Story story = Story.usual().cluster("gpu", cluster());
  private final Engine engine =
      new Engine(
          story.state(),
          this::append,
          (state, batch) -> order.add("publish"),
          this::carryOut,
          (incident, what, bug) -> incidents.add(what + ": " + bug.getClass().getSimpleName()));

  private void append(Batch batch) throws JournalFailure {
    order.add("append");
    if (journalFails) {
      throw new JournalFailure("the disk is gone", true, new IllegalStateException());
    }
    batches.add(batch);
  }

  private void carryOut(List<Backend.Instruction> instructions) {
    order.add("hand over");
    told.addAll(instructions);
  }

  private Engine.Do asks(Command command) {
    return new Engine.Do(
        command instanceof Command.Wish ? World.OWNER : Actor.SHELL,
        "r-1",
        command,
        verdict -> {
          order.add("answer");
          answers.add(verdict);
        });
  }

  private Engine.Judge judges(Command.Wish wish) {
    return new Engine.Judge(World.OWNER, "r-1", wish, answers::add);
  }

  private Engine.Stepped step(Engine.Request... requests) throws JournalFailure {
    return engine.step(List.of(requests), story.now(), 0);
  }

  @Test
  void aBatchIsAppendedThenPublishedThenAnsweredThenHandedOver() throws JournalFailure {
    step(asks(story.submission("a", job())));

    assertThat(order).containsExactly("append", "publish", "answer", "hand over");
    assertThat(told).hasAtLeastOneElementOfType(Backend.StartNode.class);
  }

  @Test
  void aBatchThatMayNotBeDurableIsNotAnsweredNorPublishedNorHandedOver() {
    journalFails = true;

    assertThatThrownBy(() -> step(asks(story.submission("a", job()))))
        .isInstanceOf(JournalFailure.class);
    assertThat(order).containsExactly("append");
    assertThat(answers).isEmpty();
  }

  @Test
  void aCommandAndWhatPolicyMakesOfItAreOneBatchWithoutGaps() throws JournalFailure {
    long before = story.state().sequence();

    step(asks(story.submission("a", job())), asks(story.submission("b", job())));

    Batch batch = batches.getFirst();
    assertThat(batch.firstSequence()).isEqualTo(before + 1);
    assertThat(batch.lastSequence()).isEqualTo(story.state().sequence());
    assertThat(batch.envelopes().stream().mapToInt(each -> each.events().size()).sum())
        .isEqualTo(batch.count());
    assertThat(batch.envelopes())
        .extracting(Envelope::cause)
        .containsExactly("SubmitJob", "SubmitJob", "placement", "placement");
    assertThat(batch.envelopes())
        .extracting(Envelope::actor)
        .containsExactly(World.OWNER, World.OWNER, Actor.KERNEL, Actor.KERNEL);
  }

  @Test
  void whatChangesNothingIsAnsweredWithoutTheJournal() throws JournalFailure {
    step();
    order.clear();

    step(asks(cluster().put("gpu")));

    assertThat(order).containsExactly("answer");
    assertThat(answers).containsExactly(Verdict.NOTHING_NEW);
  }

  @Test
  void aRefusalIsKeptForLaterQuestionsInNumbers() throws JournalFailure {
    step(asks(story.submission("a", job().nodes(9))));

    assertThat(answers).containsExactly(Verdict.refused(new Rejection.NodesExceedMax("gpu", 4, 9)));
    assertThat(batches.getFirst().envelopes().getFirst().events())
        .containsExactly(
            new Event.CommandRefused(
                "SubmitJob",
                World.WORKSPACE.path(),
                "a",
                "NodesExceedMax",
                "NodesExceedMax[cluster=gpu, max=4, asked=9], asked JobSpec[cluster=gpu, account=alice,"
                    + " priority=0, nodes=9, limitMillis=0, retries=Retries[preempted=-1,"
                    + " infrastructure=-1, failed=-1], specHash=]"));
  }

  @Test
  void aJudgedWishIsNotDoneAndItsRefusalIsKept() throws JournalFailure {
    step(judges(story.submission("good", job())), judges(story.submission("bad", job().nodes(9))));

    assertThat(answers.getFirst()).isInstanceOf(Verdict.Accepted.class);
    assertThat(answers.getLast()).isInstanceOf(Verdict.Refused.class);
    assertThat(batches.stream().flatMap(batch -> batch.envelopes().stream()))
        .flatExtracting(Envelope::events)
        .singleElement()
        .isInstanceOfSatisfying(
            Event.CommandRefused.class, refused -> assertThat(refused.name()).isEqualTo("bad"));
  }

  @Test
  void aNameThatIsTakenWhenAWishIsJudgedIsNotKept() throws JournalFailure {
    step(asks(story.submission("good", job())));
    batches.clear();
    step(judges(story.submission("good", job().nodes(2))));

    assertThat(answers.getLast())
        .isEqualTo(Verdict.refused(new Rejection.NameTaken("job", "good")));
    assertThat(batches).isEmpty();
  }

  @Test
  void aRefusedWishAboutAJobIsKeptWithTheNameOfTheJob() throws JournalFailure {
    Scope lab = World.WORKSPACE;
    List<Command> wishes =
        List.of(
            new Command.CancelJob(lab, "absent"),
            new Command.DeleteJob(lab, "absent", JobId.NONE),
            new Command.DescribeJob(lab, "absent", JobId.NONE, Description.AS_SUBMITTED),
            new Command.ReportLocalStart(lab, "absent"),
            new Command.ReportLocalSending(lab, "absent"),
            new Command.ReportLocalEnd(
                lab, "absent", new TaskReport(TaskEnd.EXITED, 0, 0, 0, 0, 0, "", "")));
    for (Command wish : wishes) {
      step(asks(wish));
    }

    assertThat(batches.stream().flatMap(batch -> batch.envelopes().stream()))
        .flatExtracting(Envelope::events)
        .hasSize(wishes.size())
        .allSatisfy(event -> assertThat(((Event.CommandRefused) event).name()).isEqualTo("absent"));
  }

  @Test
  void refusalsThatOnlyAskToComeAgainAndReportsThatDoNotFitAreNotKept() throws JournalFailure {
    Command old = new Command.SubmitJob(World.WORKSPACE, "a", job().spec(), 0);
    step(asks(old), asks(new Command.NodeGone(new NodeId(77), 0)));
    story.settings(settings -> Settled.withQueuedJobs(settings, 1));
    story.job("assembles", job().nodes(4)).job("waits", job());
    step(asks(story.submission("b", job())));

    assertThat(answers)
        .extracting(answer -> ((Verdict.Refused) answer).rejection().getClass().getSimpleName())
        .containsExactly("NameCheckTooOld", "NotExpected", "TooMany");
    assertThat(batches).isEmpty();
  }

  @Test
  void aRefusalIsKeptForALimitThatStaysReachedUntilSomebodyDeletesSomething()
      throws JournalFailure {
    story.settings(settings -> Settled.withClusters(settings, 1));

    step(asks(cluster().put("another")));

    assertThat(batches.getFirst().envelopes().getFirst().events())
        .containsExactly(
            new Event.CommandRefused(
                "PutCluster",
                World.WORKSPACE.cluster("another").path(),
                "",
                "LimitReached",
                "LimitReached[what=clusters in the workspace, limit=1]"));
  }

  @Test
  void whileTheDiskIsLowARefusalTakesNoRoom() throws JournalFailure {
    story.given(new Command.StorageMeasured(1, 2));
    Command wish = story.submission("a", job().nodes(9));

    step(asks(wish));

    assertThat(answers).hasSize(1).allMatch(Verdict.Refused.class::isInstance);
    assertThat(batches).isEmpty();
  }

  @Test
  void aThrowWhileDecidingIsAnsweredAsBrokenAndTheOthersGoOn() throws JournalFailure {
    Command broken = new Command.SubmitJob(World.WORKSPACE, null, job().spec(), story.now());

    step(asks(broken), asks(story.submission("b", job())));

    assertThat(((Verdict.Refused) answers.getFirst()).rejection())
        .isInstanceOf(Rejection.Broken.class);
    assertThat(answers.getLast()).isInstanceOf(Verdict.Accepted.class);
    assertThat(incidents).containsExactly("SubmitJob: NullPointerException");
  }

  @Test
  void aThrowInPolicyQuarantinesThatThingAndTheOthersGoOn() throws JournalFailure {
    story.job("a", job()).settles().ends("a", 0).job("b", job()).tasksStart();
    story.ends("b", 0);
    NodeId damaged = story.node("gpu");
    story.state().nodes.remove(damaged);
    story.jumps(World.HOUR);

    step(asks(cluster().nodes(1, 1).put("other")));

    Thing thing = new Thing(Thing.Kind.NODE, damaged.value());
    assertThat(incidents).containsExactly(thing + ": DecisionFailed");
    assertThat(story.why(thing)).isInstanceOf(Rejection.Quarantined.class);
    assertThat(answers.getFirst()).isInstanceOf(Verdict.Accepted.class);
    assertThat(story.state().nextDeadline(0)).isGreaterThan(story.now());
  }

  @Test
  void aThrowWhileJobsLeaveMemoryQuarantinesThatJobAndTheOthersLeave() throws JournalFailure {
    story.job("a", job()).job("b", job()).settles().ends("a", 0).ends("b", 0);
    JobId damaged = story.jobId("a");
    JobId sound = story.jobId("b");
    Job known = story.job("a");
    story.state().jobs.remove(damaged);
    story.jumps(World.HOUR);

    engine.step(List.of(), story.now(), story.state().sequence());

    Thing thing = new Thing(Thing.Kind.JOB, damaged.value());
    assertThat(incidents).containsExactly(thing + ": DecisionFailed");
    assertThat(batches.getLast().envelopes().getLast().events())
        .containsExactly(new Event.JobsArchived(List.of(sound)));
    assertThat(story.state().nextDeadline(Long.MAX_VALUE)).isGreaterThan(story.now());
    story.state().jobs.put(damaged, known);
    assertThat(Recount.derived(Recount.of(story.state())))
        .isEqualTo(Recount.derived(story.state()));

    story.given(new Command.EndQuarantine(thing)).historyCatchesUp();

    assertThat(story.state().allJobs()).isEmpty();
  }

  @Test
  void aJobGoesIntoQuarantineWithoutALookAtAllOthersThatHaveEnded() {
    story.job("a", job()).job("b", job()).settles().ends("a", 0).ends("b", 0);
    EndedJob first = story.state().ended.first();
    EndedJob untouchable = new EndedJob(Long.MAX_VALUE, 0, null);
    story.state().ended.add(untouchable);

    story.given(
        new Command.QuarantineThing(new Thing(Thing.Kind.JOB, story.jobId("b").value()), "i-1"));

    assertThat(story.state().ended).containsExactly(first, untouchable);
  }

  @Test
  void aQuarantinedThingComesBackWhenAnOwnerSaysSo() {
    Thing thing = new Thing(Thing.Kind.CLUSTER, story.clusterId("gpu").value());
    story.given(new Command.QuarantineThing(thing, "i-1"));
    story.when(new Command.QuarantineThing(thing, "i-2")).thenNothing();
    story.job("a", job());
    assertThat(story.nodes("gpu")).isEmpty();
    assertThat(story.whyCluster("gpu")).isEqualTo(new Rejection.Quarantined(thing, "i-1"));

    story.given(new Command.EndQuarantine(thing));

    assertThat(story.nodes("gpu")).hasSize(1);
    story.when(new Command.EndQuarantine(thing)).rejected(Rejection.NotFound.class);
  }

  @Test
  void whatIsDueOfAThingInQuarantineIsDoneAtOnceWhenThatEnds() {
    story.job("a", job().limit(MINUTE)).settles();
    Thing attempt = new Thing(Thing.Kind.ATTEMPT, story.attempt("a").id().value());
    story.given(new Command.QuarantineThing(attempt, "i-1"));
    story.passes(HOUR);
    assertThat(story.attempt("a").phase()).isInstanceOf(Attempt.Running.class);
    assertThat(story.why("a")).isEqualTo(new Rejection.Quarantined(attempt, "i-1"));

    story.given(new Command.EndQuarantine(attempt));
    assertThat(story.attempt("a").phase())
        .isInstanceOfSatisfying(
            Attempt.Stopping.class,
            stopping -> assertThat(stopping.cause()).isEqualTo(EndCause.TIME_LIMIT));

    story.ends("a", 0);
    Thing node = new Thing(Thing.Kind.NODE, story.node("gpu").value());
    story.given(new Command.QuarantineThing(node, "i-2"));
    story.passes(HOUR);
    assertThat(story.why(node)).isEqualTo(new Rejection.Quarantined(node, "i-2"));
    assertThat(story.state().node(story.node("gpu")).phase()).isInstanceOf(Node.Idle.class);

    story.given(new Command.EndQuarantine(node));
    assertThat(story.state().node(story.node("gpu")).isLeaving()).isTrue();
  }

  @Test
  void aQueuedJobInQuarantineWaitsForWhatItsPlacementWaitsForAndIsPlaced() {
    story.given(Story.scale("gpu", 0, 1));
    story.job("a", job()).settles().job("b", job()).job("c", job());
    Thing b = new Thing(Thing.Kind.JOB, story.jobId("b").value());
    Rejection before = story.why("b");
    story.given(new Command.QuarantineThing(b, "i-1"));
    assertThat(story.why("b")).isEqualTo(before).isInstanceOf(Rejection.ClusterFull.class);

    story.ends("a", 0);
    assertThat(story.phase("b")).isEqualTo("Active");
    assertThat(story.why("b")).isEqualTo(new Rejection.Quarantined(b, "i-1"));
  }

  @Test
  void anIdleNodeInQuarantineIsUsedAsAnyOther() {
    story.given(Story.scale("gpu", 1, 1)).nodesComeUp();
    Thing node = new Thing(Thing.Kind.NODE, story.node("gpu").value());
    story.given(new Command.QuarantineThing(node, "i-1")).job("a", job()).settles();

    assertThat(story.phase("a")).isEqualTo("Active");
    assertThat(story.why(node)).isEqualTo(new Rejection.Quarantined(node, "i-1"));
  }

  @Test
  void aJobInAClusterInQuarantineNamesTheIncident() {
    Thing cluster = new Thing(Thing.Kind.CLUSTER, story.clusterId("gpu").value());
    story.given(new Command.QuarantineThing(cluster, "i-1"));

    story.job("a", job());

    assertThat(story.why("a")).isEqualTo(new Rejection.Quarantined(cluster, "i-1"));
  }

  @Test
  void aQuestionSeesTheStateAndIsAnsweredAfterTheStepIsDurable() throws JournalFailure {
    step(
        asks(story.submission("a", job())),
        new Engine.Ask((state, now) -> {
          String seen = state.job(story.job("a").id()).name() + " at " + now;
          return () -> order.add("saw " + seen);
        }));

    assertThat(order)
        .containsExactly("append", "publish", "answer", "saw a at " + story.now(), "hand over");
  }

  @Test
  void policyThatHasMuchToSayGoesOnInTheNextStep() throws JournalFailure {
    story.given(new Command.SetQuota(World.NC_QUOTA, 1_000_000));
    story.given(new Command.SetQuota(World.REGIONAL, 1_000_000));
    story.cluster("wide", cluster().withoutCommunication().nodes(0, 10_000));
    story
        .given(new Command.StorageMeasured(20, 10))
        .given(new Command.PutLock(Story.lock(World.WORKSPACE)));
    for (int i = 0; i < 5_000; i++) {
      story.when(story.submission("job-" + i, job().on("wide")));
    }
    story.policySpeaks();

    Engine.Stepped first = step(asks(new Command.DeleteLock(World.WORKSPACE, "keep")));
    assertThat(first.more()).isTrue();
    assertThat(batches.getLast().count()).isBetween(4_096, 4_100);
    while (first.more()) {
      first = step();
    }
    assertThat(story.nodes("wide")).hasSize(5_000);
  }

  @Test
  void absencesInAListingAreDecidedInTheSameStep() throws JournalFailure {
    story.job("a", job()).settles();
    NodeId node = story.node("gpu");

    step(asks(new Command.BackendListed(List.of(), List.of(), 1_000)));

    assertThat(story.state().node(node)).isNull();
    assertThat(batches.getFirst().envelopes())
        .extracting(Envelope::cause)
        .startsWith("TaskExited", "NodeGone");
  }
}
