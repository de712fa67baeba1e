package ebb.app.door;

import static ebb.app.door.ServedHome.WORKSPACE;
import static ebb.app.door.ServedHome.job;
import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.code.Bounds;
import ebb.app.code.Snapshot;
import ebb.app.door.ServedHome.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Jobs that are sent again after what they name is gone: through both doors they are answered as
/// what they are, and never run twice.
class SentAgainTest {
  private static final String LAB =
      "/subscriptions/sub/resourceGroups/team/providers/Microsoft.MachineLearningServices/workspaces/lab";
  private static final String VERSION = "?api-version=2024-04-01";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static String code;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    server.cluster(2);
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("train.sh"), "echo trained\n");
    Snapshot snapshot = Snapshot.of(source, Bounds.DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeTo(out);
    code = snapshot.hash();
    assertThat(server.put(WORKSPACE + "/code/" + code, out.toByteArray()).status()).isEqualTo(201);
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(data.resolve("rows.csv"), "1,2\n");
    server.put(
        "/ebb/v1/datastores/rows",
        "{\"path\":\"%s\",\"workspaces\":[\"sub/team/lab\"]}".formatted(data));
    server.put(
        "/ebb/v1/secrets/key", "{\"value\":\"long-enough\",\"workspaces\":[\"sub/team/lab\"]}");
    assertThat(environment("1").status()).isEqualTo(201);
  }

  private static Answer environment(String version) throws Exception {
    return server.put(
        LAB + "/environments/tools/versions/" + version + VERSION,
        "{\"properties\":{\"image\":\"library/python:%s\"}}".formatted(version));
  }

  private static Answer arm(String name, String command) throws Exception {
    return server.put(
        LAB + "/jobs/" + name + VERSION,
        """
        {"properties": {"jobType": "Command", "command": "%s", "computeId": "cpu",
          "environmentId": "azureml:tools@latest", "codeId": "%s",
          "environmentVariables": {"KEY": "secret://key"}, "inputs": {"rows": {"jobInputType":
          "uri_folder", "uri": "azureml://datastores/rows/paths/"}}}}\
        """
            .formatted(command, code));
  }

  private static Answer own(String name, String command) throws Exception {
    return server.put(
        job(name),
        """
        {"cluster": "cpu", "command": "%s", "code": "%s", "environment": {"KEY": "secret://key"},
          "inputs": {"rows": {"uri": "azureml://datastores/rows/paths/"}}}\
        """
            .formatted(command, code));
  }

  private static JsonNode properties(String name) {
    try {
      return JsonMapper.shared()
          .readTree(server.get(LAB + "/jobs/" + name + VERSION).body())
          .path("properties");
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void awaitPast(String name) {
    until(
        name + " left memory",
        () -> {
          try {
            return properties(name).path("properties").has("ebb.end.cause")
                && server.endedInMemory() == 0;
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
        });
  }

  @Test
  void areAnsweredAsWhatTheyAreWhateverBecameOfWhatTheyName() throws Exception {
    assertThat(arm("theirs", "sh train.sh").status()).isEqualTo(201);
    assertThat(own("ours", "sh train.sh").status()).isEqualTo(201);
    // What @latest means changes while the first is live.
    assertThat(environment("2").status()).isEqualTo(201);
    assertThat(arm("theirs", "sh train.sh").status()).isEqualTo(200);
    assertThat(arm("theirs", "sh other.sh").status()).isEqualTo(409);
    server.awaitJob("theirs", "ended");
    assertThat(server.awaitJob("ours", "ended").text("cause")).isEqualTo("succeeded");
    awaitPast("theirs");
    awaitPast("ours");
    JsonNode before = properties("theirs");

    server.send("POST", "/ebb/v1/gc?olderThan=PT0S", "");
    assertThat(server.send("HEAD", WORKSPACE + "/code/" + code, "").status()).isEqualTo(404);
    checkBoth(before);
    assertThat(arm("new-one", "sh train.sh").body()).contains("CodeNotFound");

    server.send("DELETE", "/ebb/v1/datastores/rows", "");
    server.send("DELETE", "/ebb/v1/secrets/key", "");
    removeAll(server.home().resolve("environments"));
    checkBoth(before);
    server.kill();
    server.start();
    checkBoth(before);
    assertThat(arm("new-one", "sh train.sh").body()).contains("azureml:tools@latest");
    assertThat(server.get(job("new-one")).status()).isEqualTo(404);
    assertThat(server.get(WORKSPACE + "/jobs").body().split("\"phase\":", -1)).hasSize(3);
  }

  @Test
  @Tag("long")
  void saySoInAnotherOrderOrAsTheyWereShown() throws Exception {
    String path = LAB + "/jobs/shown" + VERSION;
    String first =
        "{\"properties\":{\"jobType\":\"Command\",\"command\":\"true\",\"queueSettings\":{\"jobTier\":\"Spot\"},\"tags\":{\"a\":\"1\",\"b\":\"2\"}}}";
    String other =
        "{\"properties\":{\"tags\":{\"b\":\"2\",\"a\":\"1\"},\"inputs\":{},\"isArchived\":false,\"displayName\":\"shown\",\"queueSettings\":{\"jobTier\":\"Spot\"},\"command\":\"true\",\"environmentId\":\"azureml:ebb-host@latest\",\"jobType\":\"Command\"}}";
    assertThat(server.put(path, first).status()).isEqualTo(201);
    assertThat(server.put(path, other).status()).isEqualTo(200);
    String shown = server.get(path).body();
    assertThat(server.put(path, shown).status()).as(shown).isEqualTo(200);
    String another = shown.replace("\"command\":\"true\"", "\"command\":\"false\"");
    assertThat(server.put(path, another).status()).isEqualTo(409);
    assertThat(server.put(path, another).body()).contains("Different is: command.");
    server.awaitJob("shown", "ended");
    awaitPast("shown");
    shown = server.get(path).body();
    assertThat(server.put(path, shown).status()).as(shown).isEqualTo(200);
    // As every other job of this class, it is counted there.
    server.send("DELETE", job("shown"), "");
  }

  private static void checkBoth(JsonNode before) throws Exception {
    Answer theirs = arm("theirs", "sh train.sh");
    assertThat(theirs.status()).as(theirs.body()).isEqualTo(200);
    assertThat(JsonMapper.shared().readTree(theirs.body()).path("properties")).isEqualTo(before);
    Answer theirOther = arm("theirs", "sh other.sh");
    assertThat(theirOther.status()).isEqualTo(409);
    assertThat(theirOther.body()).contains("Different is: command.");
    Answer ours = own("ours", "sh train.sh");
    assertThat(ours.status()).as(ours.body()).isEqualTo(200);
    Answer ourOther = own("ours", "sh other.sh");
    assertThat(ourOther.status()).isEqualTo(409);
    assertThat(ourOther.body()).contains("Different is: command.");
  }

  private static void removeAll(Path there) throws IOException {
    Files.walkFileTree(
        there,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
