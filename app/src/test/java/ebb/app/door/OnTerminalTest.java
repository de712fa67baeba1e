package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a person at a terminal is asked, and what Ctrl-C there does.
class OnTerminalTest {
  private static final String CTRL_C = "\u0003";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
    Path big = Files.createDirectories(folder.resolve("big"));
    try (RandomAccessFile file = new RandomAccessFile(big.resolve("data").toFile(), "rw")) {
      file.setLength(101L << 20);
    }
  }

  private static void awaitSuccess(String job) {
    ServedHome.until(job + " is Completed", () -> status(job).equals("Completed"));
  }

  private static String status(String job) {
    try {
      return typed.ebb("ml job show --query status -o tsv -n " + job).out().strip();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void controlCLeavesTheJobRunningOnItsCluster() throws Exception {
    Typed.Said said =
        typed.onTerminal(
            "run --name left -- 'echo st\"\"arted; sleep 3; echo done'",
            new Typed.Keys("started", CTRL_C));
    assertThat(said.code()).as(said.out()).isEqualTo(130);
    assertThat(said.out()).contains("Ctrl-C detaches", "'ebb stop left' ends it");
    awaitSuccess("left");
    assertThat(typed.ebb("logs left").out()).isEqualTo("started\ndone\n");
  }

  @Test
  void topSaysThatTheServerDoesNotAnswerAndGoesOnWhenItIsBack() throws Exception {
    Typed.Said said =
        typed.onTerminal(
            "top",
            new Typed.Keys("[q]uit", server::kill, ""),
            new Typed.Keys("ebb: NoServer: no server runs on", () -> {}, ""),
            new Typed.Keys("asked again in", OnTerminalTest::startAgain, ""),
            new Typed.Keys("returned", "q"));
    assertThat(said.code()).as(said.out()).isZero();
    assertThat(server.get("/health").status()).isEqualTo(200);
  }

  private static void startAgain() throws Exception {
    server.start();
    assertThat(typed.ebb("run -d --name returned -- sleep 60").code()).isZero();
  }

  @Test
  void topEndsWhileTheServerDoesNotAnswer() throws Exception {
    Typed.Said said =
        typed.onTerminal(
            "top",
            new Typed.Keys("[q]uit", server::kill, ""),
            new Typed.Keys("asked again in", "q"));
    server.start();
    assertThat(said.code()).as(said.out()).isZero();
  }

  @Test
  void folderAbove100MegabytesIsAskedAboutAndSentOnlyAfterAYes() throws Exception {
    Typed.Keys no = new Typed.Keys("Send it? [y/N]", "n\r");
    Typed.Said refused = typed.onTerminal("run -d --name refused --code big -- true", no);
    assertThat(refused.code()).as(refused.out()).isNotZero();
    assertThat(refused.out()).contains("101.0 MB", ".amlignore", "--yes");
    assertThat(typed.ebb("ml job show -n refused").code()).isNotZero();

    Typed.Said nobody = typed.ebb("run -d --name refused --code big -- true");
    assertThat(nobody.code()).isNotZero();
    assertThat(nobody.err()).contains("101.0 MB", ".amlignore", "--yes").doesNotContain("[y/N]");

    Typed.Keys yes = new Typed.Keys("Send it? [y/N]", "y\r");
    Typed.Said sent = typed.onTerminal("run -d --name sent --code big -- test -s data", yes);
    assertThat(sent.code()).as(sent.out()).isZero();
    awaitSuccess("sent");
  }
}
