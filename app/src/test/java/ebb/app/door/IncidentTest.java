package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Thing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bug was met about a cluster, which is left as it is until somebody says otherwise.
class IncidentTest {
  private static final String INCIDENT = "7-123-1";

  @TempDir Path folder;

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

  @Test
  void whatABugKeepsAsItIsIsListedNamedByWhyAndGoesOnWhenAnOwnerEndsThat() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      server.cluster(1);
      assertThat(server.get("/ebb/v1/incidents").body()).contains("\"value\":[]");
      assertThat(server.terminate()).isZero();
      meetABug(server.home());
      server.start();
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
}
