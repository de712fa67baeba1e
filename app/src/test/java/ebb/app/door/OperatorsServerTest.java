package ebb.app.door;

import static ebb.app.door.ServedHome.CLUSTER;
import static ebb.app.door.ServedHome.WORKSPACE;
import static ebb.app.door.ServedHome.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that an operator runs, who has said nothing of virtual nodes: what its nodes promise
/// the machine has. All other tests here ask a person's own server, where nodes may be virtual.
class OperatorsServerTest {
  private static final String SIZE = "\"size\":\"Standard_D2s_v3\"";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  /// Room for one node of 2 cores and 8 GiB, which is there.
  @BeforeAll
  static void start() throws Exception {
    server =
        new ServedHome(
            folder,
            "--set",
            "host.personal=false",
            "--set",
            "host.cores=3",
            "--set",
            "host.memory-mebibytes=10240",
            "--set",
            "host.gpus=0");
    server.put(WORKSPACE, "{\"location\":\"eastus\"}");
    Answer made = server.put(CLUSTER, "{" + SIZE + ",\"min\":1,\"max\":1,\"isolation\":\"none\"}");
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    ServedHome.until("its node is there", () -> nodes().contains("\"phase\":\"idle\""));
  }

  private static String nodes() {
    try {
      return server.get("/ebb/v1/nodes").body();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void nodesAreReal() throws Exception {
    assertThat(nodes()).contains("\"cluster\":\"cpu\"", "\"virtual\":false");
    assertThat(new Typed(folder, server.home()).ebb("nodes").out())
        .containsPattern("(?m)^Node .* Kind ")
        .containsPattern("(?m) cpu +idle .* real ");
  }

  @Test
  void jobWhoseNodeDoesNotFitBesideTheOthersIsToldWhatIsNeededWhatIsFreeAndWhoHasTheRest()
      throws Exception {
    server.put(WORKSPACE + "/clusters/late", "{" + SIZE + ",\"max\":1,\"isolation\":\"none\"}");
    Answer taken = server.put(job("waits"), "{\"cluster\":\"late\",\"command\":\"true\"}");
    assertThat(taken.status()).as(taken.body()).isEqualTo(201);

    Answer why = server.get(job("waits") + "/why");

    assertThat(why.text("code")).isEqualTo("HostFull");
    assertThat(why.text("message"))
        .contains(
            "1 more node of Standard_D2s_v3 does not fit on this machine now: 2 cores, 8192 MiB and"
                + " 0 GPUs needed, 1 cores, 2048 MiB and 0 GPUs free");
    assertThat(why.body())
        .contains(
            "\"needed\":{\"name\":\"Standard_D2s_v3\"",
            "\"nodes\":1",
            "\"freeCores\":1",
            "\"freeMemoryMebibytes\":2048",
            "\"freeGpus\":0",
            "\"holders\":[{\"name\":\"lab/cpu\",\"amount\":1}]");
  }

  @Test
  void nodesThatWouldNotFitOnTheEmptyMachineAreRefusedAtOnce() throws Exception {
    server.put(WORKSPACE + "/clusters/gpu", "{\"size\":\"Standard_NC6\",\"max\":1}");

    Answer refused = server.put(job("graphics"), "{\"cluster\":\"gpu\",\"command\":\"true\"}");

    assertThat(refused.status()).as(refused.body()).isEqualTo(400);
    assertThat(refused.text("code")).isEqualTo("HostTooSmall");
  }
}
