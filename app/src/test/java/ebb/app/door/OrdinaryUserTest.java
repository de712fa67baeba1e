package ebb.app.door;

import static ebb.app.door.ServedHome.WORKSPACE;
import static ebb.app.door.ServedHome.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A person's own server that is not root can give less than a sandbox has elsewhere. It goes on,
/// and says so on each job.
class OrdinaryUserTest {
  private static final List<String> UNLIMITED =
      List.of("memory unlimited", "processors unlimited", "processes unlimited");
  private static final String ALL = "network unfiltered, " + String.join(", ", UNLIMITED);

  @TempDir static Path folder;
  private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/bwrap")), "needs bwrap of the package bubblewrap");
    server = ServedHome.ofOrdinaryUser(folder);
    typed = new Typed(folder, server.home());
    server.put(WORKSPACE, "{\"location\":\"eastus\"}");
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  /// On the cluster of this network: a job that tries whether the server's port is open to it.
  private static JsonNode tries(String name, String network) throws Exception {
    server.put(
        WORKSPACE + "/clusters/" + name,
        "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":60,\"network\":%s}".formatted(network));
    server.put(
        job(name),
        "{\"cluster\":\"%s\",\"command\":[\"bash\",\"-c\",\"exec 3<>/dev/tcp/127.0.0.1/%d && echo open\"]}"
            .formatted(name, server.port()));
    return JsonMapper.shared().readTree(server.awaitJob(name, "ended").body());
  }

  private static List<String> weaknesses(JsonNode shown) {
    return shown.path("weaknesses").valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void jobSaysThatItsSandboxLeavesTheServersPortOpenAndLimitsNothing() throws Exception {
    JsonNode ended = tries("open", "true");

    assertThat(ended.path("isolation").asString()).isEqualTo("sandbox");
    assertThat(String.join(", ", weaknesses(ended))).isEqualTo(ALL);
    assertThat(server.get(job("open") + "/logs").body()).isEqualTo("open\n");
    assertThat(server.log()).contains("network unfiltered, ", String.join(", ", UNLIMITED));
  }

  @Test
  void networkThatIsClosedLacksNoFilter() throws Exception {
    assertThat(weaknesses(tries("closed", "false"))).isEqualTo(UNLIMITED);
    assertThat(server.get(job("closed") + "/logs").body()).isEmpty();
  }

  /// It runs as the server's own user, so nothing but its sandbox keeps it out.
  @Test
  void jobReadsNeitherTokenNorJournal() throws Exception {
    server.put(
        WORKSPACE + "/clusters/spying", "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":60}");
    String home = server.home().toString();
    server.put(
        job("spy"),
        "{\"cluster\":\"spying\",\"command\":\"id -u; cat %s/token; cat %s/journal.db; ls %s; env\"}"
            .formatted(home, home, home));
    server.awaitJob("spy", "ended");

    assertThat(server.get(job("spy") + "/logs").body())
        .startsWith("65534\n")
        .contains("EBB_JOB_NAME=spy")
        .doesNotContain(server.token(), "journal.db", "SQLite format");
    assertThat(server.get(job("spy") + "/logs?stream=stderr").body().lines())
        .filteredOn(line -> line.contains("No such file"))
        .hasSize(2);
  }

  @Test
  void planNodesAndReasonsSayItToo() throws Exception {
    assertThat(typed.ebb("run -d --name told -- sleep 1000").err())
        .contains("of serverless-ds3v2 (sandbox; " + ALL + "); list price");
    ServedHome.until("it runs", () -> shown("told").path("phase").asString().equals("running"));
    assertThat(String.join(", ", weaknesses(shown("told")))).isEqualTo(ALL);

    JsonNode node = typed.ebb("nodes -o json").json().path(0);
    assertThat(String.join(", ", weaknesses(node))).isEqualTo(ALL);
    assertThat(typed.ebb("nodes").out()).contains("  sandbox (weaker)  ");
    String words = "isolation: sandbox; " + ALL + "\n";
    assertThat(typed.ebb("why " + node.path("id").asString()).out()).endsWith(words);

    typed.ebb("stop told");
    ServedHome.until("it has ended", () -> shown("told").path("phase").asString().equals("ended"));
    assertThat(typed.ebb("why told").out()).endsWith(words);
    assertThat(typed.ebb("ml job show -n told").json().at("/properties/ebb.isolation.weaknesses"))
        .hasToString("\"" + ALL + "\"");
  }

  private static JsonNode shown(String name) {
    try {
      String path = "/ebb/v1/workspaces/ebb/ebb/main/jobs/" + name;
      return JsonMapper.shared().readTree(server.get(path).body());
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
