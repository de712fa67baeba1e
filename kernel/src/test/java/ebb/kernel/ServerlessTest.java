package ebb.kernel;

import static ebb.kernel.World.D3;
import static ebb.kernel.World.WORKSPACE;
import static ebb.kernel.World.cluster;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Serverless;
import org.junit.jupiter.api.Test;

class ServerlessTest {
  private static final Serverless ANY_D3 = new Serverless(D3.name(), Priority.DEDICATED);

  private static Command submit(Story story, String name, Serverless kind, String cluster) {
    JobSpec spec = new JobSpec(cluster, "alice", 0, 1, 0, JobSpec.DEFAULT_RETRIES, "hash");
    return new Command.SubmitJob(WORKSPACE, name, spec, kind, story.now());
  }

  private static Command submit(Story story, String name, Serverless kind) {
    return submit(story, name, kind, kind.cluster());
  }

  @Test
  void aJobWithoutAClusterGetsOneThatCostsNothingWhileNoJobWantsIt() {
    Story story = Story.usual();

    story
        .when(submit(story, "a", ANY_D3))
        .thenKinds(Event.ClusterCreated.class, Event.JobQueued.class);

    assertThat(ANY_D3.cluster()).isEqualTo("serverless-d3v2");
    assertThat(story.state().load(story.clusterId("serverless-d3v2")).existing()).isZero();
    story.after(1).settles();
    assertThat(story.nodes("serverless-d3v2")).hasSize(1);
    story.ends("a", 0).after(World.HOUR);
    assertThat(story.nodes("serverless-d3v2")).allMatch(node -> node.isLeaving());
  }

  @Test
  void jobsOfOneSizeAndPriorityShareACluster() {
    Story story = Story.usual();
    story.given(submit(story, "a", ANY_D3));

    story.when(submit(story, "b", ANY_D3)).thenKinds(Event.JobQueued.class);
    story
        .when(submit(story, "c", new Serverless("standard_d3_V2", Priority.LOW)))
        .thenKinds(Event.ClusterCreated.class, Event.JobQueued.class);
    assertThat(story.happened(Event.ClusterCreated.class))
        .extracting(Event.ClusterCreated::name)
        .containsExactly("serverless-d3v2", "serverless-d3v2-low");
  }

  @Test
  void theSameJobAgainChangesNothing() {
    Story story = Story.usual();
    story.given(submit(story, "a", ANY_D3));

    story.when(submit(story, "a", ANY_D3)).thenNothing();
  }

  @Test
  void aRefusedJobLeavesNoCluster() {
    Story story = Story.usual();

    story
        .when(submit(story, "a", new Serverless("Standard_Nothing", Priority.DEDICATED)))
        .rejected(new Rejection.UnknownSize("Standard_Nothing"));
    story.when(submit(story, "bad name", ANY_D3));
    assertThat(story.happened(Event.ClusterCreated.class)).isEmpty();
  }

  @Test
  void theClusterIsTheOneOfTheKindThatIsAskedFor() {
    Story story = Story.usual();

    story
        .when(submit(story, "a", ANY_D3, "other"))
        .rejected(new Rejection.InvalidValue("cluster", "other", "serverless-d3v2"));
  }

  @Test
  void theirNamesAreNobodyElses() {
    assertThat(Story.usual().when(cluster().put("Serverless-mine")).rejection())
        .isInstanceOf(Rejection.InvalidName.class);
  }
}
