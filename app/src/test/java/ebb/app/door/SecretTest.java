package ebb.app.door;

import static ebb.app.door.ServedHome.WORKSPACE;
import static ebb.app.door.ServedHome.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a secret: the task has it, and nobody else sees it.
class SecretTest {
  private static final String VALUE = "correct-horse-battery";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    server.cluster(1);
  }

  private static Answer put(String name, String value, String workspace) throws Exception {
    return server.put(
        "/ebb/v1/secrets/" + name,
        "{\"value\":\"%s\",\"workspaces\":[\"%s\"]}".formatted(value, workspace));
  }

  private static Answer submit(String name, String line, String secret) throws Exception {
    return server.put(
        job(name),
        "{\"cluster\":\"cpu\",\"command\":\"%s\",\"environment\":{\"KEY\":\"secret://%s\"}}"
            .formatted(line, secret));
  }

  @Test
  void taskHasItAndNoAnswerFileOrLogShowsIt() throws Exception {
    Answer kept = put("api-key", VALUE, "sub/team/lab");
    assertThat(kept.status()).isEqualTo(201);
    assertThat(kept.body()).doesNotContain(VALUE);
    submit(
        "uses",
        "echo key=$KEY.; echo $KEY >&2; printf %s $KEY | wc -c; printf %s $KEY > outputs/mine",
        "api-key");
    assertThat(server.awaitJob("uses", "ended").text("cause")).isEqualTo("succeeded");
    String stars = "*".repeat(VALUE.length());
    assertThat(server.get(job("uses") + "/logs").body()).isEqualTo("key=" + stars + ".\n21\n");
    assertThat(server.get(job("uses") + "/logs?offset=10").body())
        .startsWith("*")
        .doesNotContain("horse");
    assertThat(server.get(job("uses") + "/logs?stream=stderr&follow=true").body())
        .isEqualTo(stars + "\n");
    assertThat(server.get(job("uses") + "/files/outputs/mine").body())
        .as("the job's own files are its own affair, and show that it had the value")
        .isEqualTo(VALUE);
    for (String path : List.of("/ebb/v1/secrets", job("uses"))) {
      assertThat(server.get(path).body()).doesNotContain(VALUE);
    }
    assertThat(server.get("/ebb/v1/secrets/api-key").status()).isEqualTo(405);
    assertThat(whereItStands()).containsExactly("secrets/api-key.json");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(server.home().resolve("secrets/api-key.json"))))
        .isEqualTo("rw-------");
    assertThat(server.log()).doesNotContain(VALUE);
  }

  /// The files of the home that hold the value.
  private static List<String> whereItStands() throws Exception {
    byte[] value = VALUE.getBytes(StandardCharsets.UTF_8);
    String text = new String(value, StandardCharsets.ISO_8859_1);
    try (Stream<Path> files = Files.walk(server.home())) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> contains(file, text))
          .map(file -> server.home().relativize(file).toString())
          .toList();
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
    } catch (java.io.IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @Test
  void onlyJobsOfItsWorkspacesMayNameIt() throws Exception {
    String elsewhere = WORKSPACE.replace("/lab", "/elsewhere");
    server.put(elsewhere, "{\"location\":\"eastus\"}");
    put("foreign", "another-value", "sub/team/elsewhere");
    assertThat(submit("foreign", "true", "foreign").body()).contains("'foreign'", "KEY");
    assertThat(submit("absent", "true", "absent").status()).isEqualTo(400);
    assertThat(server.get(job("foreign")).status()).isEqualTo(404);
  }

  @Test
  void itIsKeptOverAKillChangedAndForgotten() throws Exception {
    put("changing", "first-value", "sub/team/lab");
    assertThat(put("changing", "second-value", "sub/team/lab").status()).isEqualTo(200);
    server.kill();
    server.start();
    submit("changing", "[ $KEY = second-value ]", "changing");
    assertThat(server.awaitJob("changing", "ended").text("cause")).isEqualTo("succeeded");
    assertThat(server.send("DELETE", "/ebb/v1/secrets/changing", "").status()).isEqualTo(200);
    assertThat(submit("forgotten", "true", "changing").status()).isEqualTo(400);
  }

  @Test
  void whatCannotBeKeptIsRefused() throws Exception {
    assertThat(put("short", "1234567", "sub/team/lab").body())
        .contains("8 to")
        .doesNotContain("1234567");
    assertThat(put("..%2Fevil", VALUE, "sub/team/lab").status()).isEqualTo(400);
    Answer nowhere = put("nowhere", VALUE, "sub/team/nowhere");
    assertThat(nowhere.status()).isEqualTo(404);
    assertThat(nowhere.body()).contains("ParentResourceNotFound", "no workspace");
    assertThat(put("nowhere", "short", "sub/team/nowhere").body()).contains("8 to");
    assertThat(put("nowhere", VALUE, "team/nowhere").status()).isEqualTo(400);
  }
}
