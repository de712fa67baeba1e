package ebb.app.door;

import static ebb.app.door.ServedHome.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the processes of a job learn who they are and where the others are.
class DistributedTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    server.cluster(3);
  }

  private static Answer submit(String name, int nodes, String distribution, String line)
      throws Exception {
    return server.put(
        job(name),
        "{\"cluster\":\"cpu\",\"nodes\":%d,\"distribution\":%s,\"command\":\"%s\"}"
            .formatted(nodes, distribution, line));
  }

  private static List<String> out(String name, int rank) throws Exception {
    return server.get(job(name) + "/logs?rank=" + rank).body().lines().sorted().toList();
  }

  @Test
  void processesOfEachNodeHaveTheirRanksAndMeetAtOnePlace() throws Exception {
    submit(
        "torch",
        2,
        "{\"type\":\"PyTorch\",\"processes\":2}",
        "echo $RANK $LOCAL_RANK $NODE_RANK $WORLD_SIZE $MASTER_ADDR $MASTER_PORT");
    assertThat(server.awaitJob("torch", "ended").text("cause")).isEqualTo("succeeded");
    List<String> first = out("torch", 0);
    List<String> second = out("torch", 1);
    String place = first.getFirst().substring("0 0 0 4 ".length());
    assertThat(place).matches("127\\.0\\.0\\.1 2[0-9]{4}|127\\.0\\.0\\.1 3[01][0-9]{3}");
    assertThat(first).containsExactly("0 0 0 4 " + place, "1 1 0 4 " + place);
    assertThat(second).containsExactly("2 0 1 4 " + place, "3 1 1 4 " + place);
  }

  @Test
  void processThatFailsEndsTheOthersOfItsNodeAndGivesItsCode() throws Exception {
    submit(
        "fails",
        1,
        "{\"type\":\"pytorch\",\"processes\":3}",
        "if [ $LOCAL_RANK = 1 ]; then exit 7; fi; sleep 600");
    assertThat(server.awaitJob("fails", "ended").body())
        .contains("\"cause\":\"failed\"", "\"code\":7");
  }

  @Test
  void tensorFlowFindsWorkersAndParameterServers() throws Exception {
    submit("tf", 3, "{\"type\":\"tensorflow\",\"parameterServers\":1}", "echo $TF_CONFIG");
    server.awaitJob("tf", "ended");
    String worker = out("tf", 1).getFirst();
    assertThat(worker).endsWith("\"task\":{\"type\":\"worker\",\"index\":1}}");
    assertThat(out("tf", 2).getFirst())
        .isEqualTo(
            worker.replace("{\"type\":\"worker\",\"index\":1}", "{\"type\":\"ps\",\"index\":0}"));
    assertThat(worker.split("127.0.0.1:", -1))
        .as("three different places")
        .hasSize(4)
        .doesNotHaveDuplicates();
  }

  @Test
  void mpiScriptsFindTheirRanksAndAzuresNames() throws Exception {
    submit(
        "mpi",
        1,
        "{\"type\":\"mpi\",\"processes\":2}",
        "echo $OMPI_COMM_WORLD_RANK $OMPI_COMM_WORLD_SIZE $OMPI_COMM_WORLD_LOCAL_RANK $AZ_BATCHAI_MPI_MASTER_NODE $AZUREML_RUN_ID $AZUREML_NODE_COUNT $AZUREML_ARM_SUBSCRIPTION $AZUREML_ARM_RESOURCEGROUP $AZUREML_ARM_WORKSPACE_NAME");
    server.awaitJob("mpi", "ended");
    assertThat(out("mpi", 0))
        .containsExactly(
            "0 2 0 127.0.0.1 mpi 1 sub team lab", "1 2 1 127.0.0.1 mpi 1 sub team lab");
  }

  @Test
  void countsThatDoNotFitAreRefused() throws Exception {
    assertThat(submit("no", 2, "{\"type\":\"tensorflow\",\"workers\":3}", "true").body())
        .contains("3 workers", "2 nodes");
    assertThat(submit("no", 1, "{\"type\":\"pytorch\",\"processes\":0}", "true").body())
        .contains("1 to 512");
    assertThat(submit("no", 1, "{\"type\":\"horovod\"}", "true").body()).contains("pytorch");
  }

  @Test
  void jobIsStoppedWithAllItsProcesses() throws Exception {
    submit("stops", 1, "{\"type\":\"pytorch\",\"processes\":2}", "echo up; exec sleep 600");
    ServedHome.until("both run", () -> up("stops"));
    server.send("POST", job("stops") + "/cancel", "");
    assertThat(server.awaitJob("stops", "ended").text("cause")).isEqualTo("canceled");
  }

  private static boolean up(String name) {
    try {
      return out(name, 0).size() == 2;
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
