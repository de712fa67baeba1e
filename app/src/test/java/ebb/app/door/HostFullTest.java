package ebb.app.door;

import static ebb.app.door.ServedHome.WORKSPACE;
import static ebb.app.door.ServedHome.job;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An operator's server, where nodes share the machine only if it was started so.
class HostFullTest {
  @TempDir Path folder;

  @Test
  void jobThatDoesNotFitBesideAnotherWaitsForTheMachineUntilNodesMayShareIt() throws Exception {
    try (ServedHome server =
        new ServedHome(
            folder,
            "--set",
            "host.personal=false",
            "--set",
            "host.cores=3",
            "--set",
            "host.memory-mebibytes=20000")) {
      assertThat(get(server, "/ebb/v1/server").at("/host/virtualNodes").asString())
          .isEqualTo("false");
      server.put(WORKSPACE, "{\"location\":\"eastus\"}");
      submit(server, "holds");
      server.awaitJob("holds", "running");
      submit(server, "waits");

      JsonNode why = get(server, job("waits") + "/why");
      assertThat(why.path("code").asString()).as(why.toString()).isEqualTo("HostFull");
      JsonNode numbers = why.path("numbers");
      assertThat(numbers.path("nodes").asInt()).isEqualTo(1);
      assertThat(numbers.at("/needed/vcpus").asInt()).isEqualTo(2);
      assertThat(numbers.at("/needed/memoryMebibytes").asInt()).isEqualTo(8192);
      assertThat(numbers.path("freeCores").asInt()).isEqualTo(1);
      assertThat(numbers.path("freeMemoryMebibytes").asInt()).isEqualTo(20_000 - 8192);
      assertThat(numbers.path("holders")).hasToString("[{\"name\":\"lab/of-holds\",\"amount\":1}]");
      assertThat(why.path("message").asString())
          .contains("2 cores, 8192 MiB", "1 cores, 11808 MiB", "lab/of-holds 1 node", "Wait");
      assertThat(kind(server, "of-holds")).isEqualTo("false");

      assertThat(server.terminate()).isZero();
      server.start("--virtual-nodes");
      server.awaitJob("waits", "running");
      assertThat(kind(server, "of-holds")).as("stays what it was").isEqualTo("false");
      assertThat(kind(server, "of-waits")).isEqualTo("true");
      assertThat(new Typed(folder, server.home()).ebb("nodes").out())
          .containsPattern("of-holds +.* real ")
          .containsPattern("of-waits +.* virtual ");
    }
  }

  /// On a cluster of its own.
  private static void submit(ServedHome server, String name) throws Exception {
    String cluster = "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":60,\"isolation\":\"none\"}";
    server.put(WORKSPACE + "/clusters/of-" + name, cluster);
    String submitted = "{\"cluster\":\"of-%s\",\"command\":\"sleep 600\"}".formatted(name);
    assertThat(server.put(job(name), submitted).status()).isEqualTo(201);
  }

  private static JsonNode get(ServedHome server, String path) throws Exception {
    return JsonMapper.shared().readTree(server.get(path).body());
  }

  /// Whether the cluster's node is virtual.
  private static String kind(ServedHome server, String cluster) throws Exception {
    return get(server, "/ebb/v1/nodes")
        .path("value")
        .valueStream()
        .filter(node -> node.path("cluster").asString().equals(cluster))
        .map(node -> node.path("virtual").asString())
        .reduce("", String::concat);
  }
}
