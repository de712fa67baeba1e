package ebb.app.door;

import static ebb.app.door.ServedHome.WORKSPACE;
import static ebb.app.door.ServedHome.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.code.Bounds;
import ebb.app.code.Snapshot;
import ebb.app.door.ServedHome.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The folder that a job runs in: what is there when it starts, and what is left when it ended.
class FilesTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    server.cluster(2);
  }

  private static Answer submit(String name, String line, String more) throws Exception {
    return server.put(
        job(name), "{\"cluster\":\"cpu\",\"command\":\"%s\"%s}".formatted(line, more));
  }

  private static String send(Path source) throws Exception {
    Snapshot snapshot = Snapshot.of(source, Bounds.DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeTo(out);
    assertThat(server.put(WORKSPACE + "/code/" + snapshot.hash(), out.toByteArray()).status())
        .isEqualTo(201);
    return snapshot.hash();
  }

  private static Answer file(String name, String path) throws Exception {
    return server.get(job(name) + "/files/" + path);
  }

  @Test
  void jobStartsInItsCodeAndMayChangeIt() throws Exception {
    Path source = Files.createDirectories(folder.resolve("source/lib"));
    Files.writeString(source.resolve("train.sh"), "echo trained > outputs/model\n");
    Files.createSymbolicLink(source.resolveSibling("run.sh"), Path.of("lib/train.sh"));
    String code = ",\"code\":\"" + send(source.getParent()) + "\"";
    submit("code", "sh run.sh && echo changed > lib/train.sh", code);
    submit("again", "sh run.sh", code);
    for (String name : new String[] {"code", "again"}) {
      assertThat(server.awaitJob(name, "ended").text("cause")).isEqualTo("succeeded");
      assertThat(file(name, "outputs/model").body()).isEqualTo("trained\n");
    }
  }

  @Test
  void codeThatWasNeverSentIsRefusedBeforeTheJobWaits() throws Exception {
    assertThat(submit("absent", "true", ",\"code\":\"" + "0".repeat(64) + "\"").body())
        .contains("CodeNotFound", "send it");
    assertThat(submit("absent", "true", ",\"code\":\"../../etc\"").status()).isEqualTo(400);
    assertThat(server.get(job("absent")).status()).isEqualTo(404);
  }

  @Test
  void whatAJobLeftIsListedAndDownloadedHoweverItEnded() throws Exception {
    submit("failed", "mkdir outputs/a; echo 12345 > outputs/a/b; echo x > logs/l; exit 1", "");
    submit("cancelled", "echo kept > outputs/part; sleep 600", "");
    ServedHome.until("it has written", () -> has("cancelled", "outputs/part"));
    server.send("POST", job("cancelled") + "/cancel", "");
    assertThat(server.awaitJob("cancelled", "ended").text("cause")).isEqualTo("canceled");
    assertThat(file("cancelled", "outputs/part").body()).isEqualTo("kept\n");
    assertThat(server.awaitJob("failed", "ended").text("cause")).isEqualTo("failed");
    assertThat(server.get(job("failed") + "/files").body())
        .contains("\"path\":\"logs/l\",\"bytes\":2", "\"path\":\"outputs/a/b\",\"bytes\":6");
    assertThat(file("failed", "outputs/a/b").body()).isEqualTo("12345\n");
    assertThat(server.get(job("failed") + "/files?limit=1").text("next")).isEqualTo("logs/l");
  }

  @Test
  void endedJobShowsItsNewestCheckpoint() throws Exception {
    submit(
        "checkpoints",
        "cd outputs; mkdir -p checkpoints/10 checkpoints/9; echo > checkpoints/9/w;"
            + " touch -d 2020-01-01 checkpoints/9/w; touch checkpoints/10/w later; ln -s /etc checkpoint-link",
        "");
    submit("bare", "echo 1 > outputs/result", "");
    for (String name : new String[] {"checkpoints", "bare"}) {
      ServedHome.until("what it has used is known", () -> shows(name, "\"used\""));
    }
    assertThat(server.get(job("checkpoints")).body()).contains("\"checkpoint\":\"checkpoints/10\"");
    assertThat(server.get(job("bare")).body()).doesNotContain("checkpoint");
  }

  private static boolean shows(String name, String text) {
    try {
      return server.get(job(name)).body().contains(text);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static boolean has(String name, String path) {
    try {
      return file(name, path).status() == 200;
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void partOfAFileIsAnsweredAsAskedFor() throws Exception {
    submit("parts", "printf 0123456789 > outputs/digits", "");
    server.awaitJob("parts", "ended");
    String path = job("parts") + "/files/outputs/digits";
    assertThat(server.range(path, "bytes=2-4").status()).isEqualTo(206);
    assertThat(server.range(path, "bytes=2-4").body()).isEqualTo("234");
    assertThat(server.range(path, "bytes=7-").body()).isEqualTo("789");
    assertThat(server.range(path, "bytes=-1").body()).isEqualTo("9");
    assertThat(server.range(path, "bytes=0-99").headers().firstValue("Content-Range"))
        .hasValue("bytes 0-9/10");
    assertThat(server.range(path, "bytes=10-").status()).isEqualTo(416);
    assertThat(server.range(path, "lines=1-2").status()).isEqualTo(416);
  }

  @Test
  void nextAttemptGoesOnWithWhatTheOneBeforeLeft() throws Exception {
    Path source = Files.createDirectories(folder.resolve("resuming/outputs"));
    Files.writeString(source.resolve("checkpoint"), "0");
    String code = ",\"code\":\"" + send(source.getParent()) + "\"";
    submit(
        "resumes",
        "n=$(cat outputs/checkpoint); echo $((n+1)) > outputs/checkpoint; echo $n >> logs/seen; [ $n = 1 ]",
        ",\"retries\":{\"failed\":1}" + code);
    assertThat(server.awaitJob("resumes", "ended").body())
        .contains("\"cause\":\"succeeded\"", "\"attempts\":2");
    assertThat(file("resumes", "outputs/checkpoint").body()).isEqualTo("2\n");
    assertThat(file("resumes", "logs/seen").body()).isEqualTo("0\n1\n");
  }

  @Test
  void whatIsLeftBetweenIsCountedThenRemovedAndOutputsStay() throws Exception {
    Path source = Files.createDirectories(folder.resolve("swept"));
    Files.writeString(source.resolve("code.txt"), "x".repeat(10_000));
    String code = ",\"code\":\"" + send(source) + "\"";
    submit("swept", "echo result > outputs/r; cp code.txt more; mkdir -p a/b; echo printed", code);
    submit("running", "until [ -e %s ]; do sleep 0.1; done".formatted(folder.resolve("go")), code);
    server.awaitJob("swept", "ended");
    server.awaitJob("running", "running");
    assertThat(server.get(job("swept") + "/disk").body())
        .isEqualTo("{\"kept\":7,\"between\":20000}");
    long would = freed("?dry=true&olderThan=PT0S");
    assertThat(would).isGreaterThanOrEqualTo(20_000);
    assertThat(freed("")).as("nothing is seven days old").isZero();
    assertThat(freed("?olderThan=PT0S")).isGreaterThanOrEqualTo(would);
    assertThat(freed("?olderThan=PT0S")).as("nothing is left").isZero();
    assertThat(file("swept", "outputs/r").body()).isEqualTo("result\n");
    assertThat(server.get(job("swept") + "/logs").body()).isEqualTo("printed\n");
    assertThat(submit("again-swept", "true", code).status())
        .as("its code is needed by a job that runs")
        .isEqualTo(201);
    Files.createFile(folder.resolve("go"));
    assertThat(server.awaitJob("running", "ended").text("cause")).isEqualTo("succeeded");
    assertThat(server.send("POST", "/ebb/v1/gc?olderThan=soon", "").status()).isEqualTo(400);
  }

  private static long freed(String query) throws Exception {
    String body = server.send("POST", "/ebb/v1/gc" + query, "").body();
    Matcher matcher = Pattern.compile("\"bytes\":(\\d+)").matcher(body);
    assertThat(matcher.find()).as(body).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  @Test
  void nothingOutsideTheJobsFoldersIsShown() throws Exception {
    submit(
        "links",
        "echo private > beside; ln -s /etc/passwd outputs/link; ln -s / outputs/root; mkfifo outputs/pipe; ln outputs/pipe outputs/again",
        "");
    server.awaitJob("links", "ended");
    for (String path :
        new String[] {
          "outputs/link",
          "outputs/root/etc/passwd",
          "outputs/pipe",
          "outputs/..%2Fbeside",
          "outputs/%2e%2e/beside",
          "..%2F..%2F..%2Ftoken",
          "beside",
          "outputs",
          "outputs/absent"
        }) {
      assertThat(file("links", path).status()).as(path).isBetween(400, 404);
    }
    assertThat(server.get(job("links") + "/files").body()).isEqualTo("{\"value\":[]}");
  }

  @Test
  void jobThatReplacesItsFoldersByLinksHarmsItselfOnly() throws Exception {
    submit(
        "swaps",
        "rmdir outputs logs; ln -s /etc outputs; ln -s /etc logs; exit 1",
        ",\"retries\":{\"failed\":1}");
    server.awaitJob("swaps", "ended");
    assertThat(file("swaps", "outputs/passwd").status()).isEqualTo(400);
    assertThat(server.get(job("swaps") + "/files").body()).isEqualTo("{\"value\":[]}");
  }
}
