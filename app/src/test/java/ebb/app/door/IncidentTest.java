package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import ebb.kernel.State;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Thing;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bug is met in a decision; and one was met about a cluster, which is left as it is until
/// somebody says otherwise.
class IncidentTest {
  private static final String INCIDENT = "7-123-1";

  private static final JobId ASTRAY = new JobId(Id.of(1, 1_000_000));

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    server.cluster(1);
    assertThat(server.get("/ebb/v1/incidents").body()).contains("\"value\":[]");
    assertThat(server.terminate()).isZero();
    meetABug(server.home());
    StoppedHome.happens(server.home(), IncidentTest::jobThatRunsInNoAttempt);
    server.start();
  }

  /// The home's cluster goes into quarantine, as a throw of the kernel's would put it there.
  private static void meetABug(Path home) throws Exception {
    StoppedHome.tell(
        home,
        state -> {
          Cluster cluster = state.allClusters().iterator().next();
          Thing thing = new Thing(Thing.Kind.CLUSTER, cluster.id().value());
          return new Command.QuarantineThing(thing, INCIDENT);
        });
  }

  /// Whoever decides about it looks for the attempt, and throws.
  private static List<Event> jobThatRunsInNoAttempt(State state) {
    AttemptId attempt = new AttemptId(ASTRAY.value() + 1);
    return List.of(
        StoppedHome.queued(state, ASTRAY, state.allClusters().iterator().next().id(), "astray"),
        new Event.AttemptOrdered(attempt, ASTRAY, 1, List.of(), state.now()),
        new Event.AttemptEnded(attempt, EndCause.SUCCEEDED, 0, ""));
  }

  @Test
  void throwInADecisionIsAnsweredWithAnIncidentOfTheLogAndTheServerGoesOn() throws Exception {
    Answer broken = server.send("POST", ServedHome.job("astray") + "/cancel", "");

    assertThat(broken.status()).as(broken.body()).isEqualTo(500);
    assertThat(broken.text("code")).isEqualTo("InternalServerError");
    String incident = broken.text("incident");
    assertThat(incident).matches("[0-9]+-[0-9]+-1");
    assertThat(broken.text("message")).contains("changed nothing", "incident " + incident);
    assertThat(broken.body()).doesNotContain("Exception", "ebb.kernel");
    assertThat(server.log())
        .contains("incident " + incident + " while deciding about CancelJob", "\tat ebb.kernel.");
    assertThat(server.get("/metrics").body()).contains("ebb_incidents_total 1\n");
    assertThat(server.get(ServedHome.job("astray")).text("phase")).isEqualTo("active");
    assertThat(server.put(ServedHome.WORKSPACE + "2", "{\"location\":\"eastus\"}").status())
        .isEqualTo(201);
  }

  @Test
  void whatABugKeepsAsItIsIsListedNamedByWhyAndGoesOnWhenAnOwnerEndsThat() throws Exception {
    assertThat(server.log())
        .contains("1 thing is left as it is since a bug was met", "'ebb incident'");
    assertThat(server.submit("waits", "true").status()).isEqualTo(201);

    Typed typed = new Typed(folder, server.home());
    Typed.Said why = typed.ebb("why waits -w lab -g team --subscription sub");
    assertThat(why.out()).contains("a bug", INCIDENT, "'ebb incident end " + INCIDENT + "'");
    assertThat(server.get("/metrics").body()).contains("ebb_quarantined 1\n");
    assertThat(server.get("/ebb/v1/server").body()).contains("\"quarantined\":1");
    assertThat(typed.ebb("incident").out())
        .containsPattern(INCIDENT + " +cluster +cpu +.*workspaces/lab");

    Typed.Said unknown = typed.ebb("incident end 1-2-3");
    assertThat(unknown.code()).isEqualTo(3);
    assertThat(unknown.err()).contains("incident", "1-2-3");
    assertThat(server.get(ServedHome.job("waits")).text("phase")).isEqualTo("queued");

    Typed.Said ended = typed.ebb("incident end " + INCIDENT);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(server.awaitJob("waits", "ended").text("cause")).isEqualTo("succeeded");
    assertThat(server.get("/metrics").body()).contains("ebb_quarantined 0\n");
    assertThat(server.get("/ebb/v1/incidents").body()).contains("\"value\":[]");
  }
}
