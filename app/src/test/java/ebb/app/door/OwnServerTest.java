package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server that a client starts for the person who types.
class OwnServerTest {
  @TempDir Path folder;
  private Path home;
  private Typed typed;

  @BeforeEach
  void launcher() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    home = folder.resolve("home");
    Path launcher = folder.resolve("ebb");
    String java = String.join("' '", Program.java("-Xmx128m"));
    Files.writeString(launcher, "#!/bin/sh\nexec '" + java + "' ebb.app.Main \"$@\"\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    typed = new Typed(folder, home).with("ebb.launcher", launcher.toString());
  }

  @AfterEach
  void stop() throws Exception {
    if (Files.exists(home.resolve("server.json"))) {
      typed.ebb("serve --stop");
    }
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      if (process.info().commandLine().orElse("").contains(home.resolve("agent").toString())) {
        process.destroyForcibly();
      }
    }
    ServedHome.giveUpUserNumbers(home);
  }

  @Test
  void twoClientsThatStartAtOnceEndWithOneServer() throws Exception {
    Path[] errors = {folder.resolve("err1"), folder.resolve("err2")};
    Process first = typed.begin("run --name one -- echo one", folder.resolve("out1"), errors[0]);
    Process second = typed.begin("run --name two -- echo two", folder.resolve("out2"), errors[1]);
    assertThat(first.waitFor()).as(Files.readString(errors[0])).isZero();
    assertThat(second.waitFor()).as(Files.readString(errors[1])).isZero();
    assertThat(folder.resolve("out1")).hasContent("one");
    assertThat(folder.resolve("out2")).hasContent("two");
    String said = Files.readString(errors[0]) + Files.readString(errors[1]);
    assertThat(said.split("no server runs on", -1)).hasSize(2);

    assertThat(typed.ebb("serve --stop").err()).contains("has stopped; jobs go on");
    assertThat(typed.ebb("serve --stop").code()).isEqualTo(3);
    Typed.Said again = typed.ebb("ps");
    assertThat(again.err()).contains("starting one");
    assertThat(again.out()).contains("one", "two");
  }

  @Test
  void clientThatComesWhileAServerStartsWaitsForIt() throws Exception {
    Path log = folder.resolve("serve.log");
    Process serve = typed.begin("serve --port 0", log, log);
    ServedHome.until("its home is locked", () -> home.resolve("home.lock").toFile().length() > 0);
    Typed.Said said = typed.ebb("ps");
    assertThat(said.err()).doesNotContain("starting one");
    assertThat(said.code()).isZero();
    assertThat(serve.isAlive()).isTrue();
  }

  @Test
  void clientThatNamesTheHomeWaitsForItsServerToo() throws Exception {
    Path log = folder.resolve("serve.log");
    Process serve = typed.begin("serve --port 0", log, log);
    ServedHome.until("its home is locked", () -> home.resolve("home.lock").toFile().length() > 0);
    Typed.Said said = typed.ebb("ps --home " + home);
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(serve.isAlive()).isTrue();
  }

  @Test
  void clientThatNamesTheHomeWaitsWhileAnotherStartsItsServer() throws Exception {
    Path log = folder.resolve("ps.log");
    Process starter = typed.begin("ps", log, log);
    ServedHome.until("a server is started", () -> home.resolve("start.lock").toFile().exists());
    Typed.Said said = typed.ebb("ps --home " + home);
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(starter.waitFor()).isZero();
  }

  @Test
  void serverThatCannotStartSaysWhy() throws Exception {
    Files.createDirectories(home);
    Files.writeString(home.resolve("ebb.conf"), "no.such.key = 1\n");
    Typed.Said said = typed.ebb("ps");
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("ServerNotStarted", "no.such.key");
  }

  @Test
  void portThatSomebodyHasIsRefusedByServeAndPassedByForAServerOfOnesOwn() throws Exception {
    try (ServerSocket somebody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = somebody.getLocalPort();
      Typed.Said refused = typed.ebb("serve --port " + port);
      assertThat(refused.code()).isPositive();
      assertThat(refused.err())
          .contains("Cannot listen on 127.0.0.1:" + port, "choose another port with --port")
          .doesNotContain("listens on", "\tat ");
      assertThat(home).doesNotExist();

      Files.createDirectory(home);
      Files.writeString(home.resolve("ebb.conf"), "http.port = " + port + "\n");
      Typed.Said passedBy = typed.ebb("run --name passed-by -- echo here");
      assertThat(passedBy.out()).isEqualTo("here\n");
      assertThat(passedBy.err())
          .contains("somebody else has port " + port + ": the server listens on http://127.0.0.1:");
      assertThat(home.resolve("server.json")).content().doesNotContain(":" + port + "\"");
    }
  }

  @Test
  void folderOfOtherThingsAndFilesAndAnUnsetVariableAreTakenForNoHome() throws Exception {
    Files.createDirectory(home);
    Path mine = Files.writeString(home.resolve("notes.txt"), "mine");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String line : new String[] {"serve --port 0", "ps"}) { // the client's home by EBB_HOME
      Typed.Said refused = typed.ebb(line);
      assertThat(refused.code()).isPositive();
      assertThat(refused.err()).contains("is no home of Ebb", "notes.txt", "Choose one");
    }
    try (var entries = Files.list(home)) {
      assertThat(entries).containsExactly(mine);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
        .isEqualTo("rwxr-xr-x");

    Typed.Said file = typed.ebb("serve --port 0 --home " + mine.resolve("below"));
    assertThat(file.err()).contains(mine + " is no folder").doesNotContain("Exception", "disk");
    for (String verb : new String[] {"serve", "ps"}) {
      Typed.Said empty = typed.ebb(verb + " --home=");
      assertThat(empty.code()).isEqualTo(2);
      assertThat(empty.err()).contains("'--home'", "is a variable not set?");
    }
  }

  @Test
  void homeThatSomebodyNamedIsNeverStarted() throws Exception {
    Typed.Said said = typed.ebb("ps --home " + folder.resolve("another"));
    assertThat(said.err()).contains("NoServer");
    assertThat(folder.resolve("another")).doesNotExist();
  }
}
