package ebb.app.backend.local;

import static ebb.app.backend.local.ServerStandIn.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.app.files.ProcessUser;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that runs as root runs tasks as somebody who cannot harm it.
class OtherUserTest {
  private static final TaskUser NOBODY = new TaskUser(65_534, 65_534);

  @TempDir Path folder;
  private Path home;
  private ServerStandIn server;

  @BeforeEach
  void begin() throws Exception {
    assumeTrue(ProcessUser.isRoot(), "only root may run tasks as another user");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    home = Files.createDirectory(folder.resolve("home"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    Files.writeString(home.resolve("token"), "secret");
    Files.setPosixFilePermissions(
        home.resolve("token"), PosixFilePermissions.fromString("rw-------"));
    server = new ServerStandIn(options());
    server.begin();
    server.readyNode();
  }

  private LocalOptions options() {
    return new LocalOptions(
        home,
        () -> true,
        ServerStandIn.INSTALLATION,
        Confines.none(TaskUsers.same(NOBODY), "not tried"),
        1_000_000);
  }

  @AfterEach
  void end() throws Exception {
    if (server != null) {
      server.closeAll();
    }
  }

  private int codeOf(int number, String line) throws Exception {
    Command.TaskExited exited = server.run(task(number), line);
    return exited.report().code();
  }

  @Test
  void taskIsNobodyWithoutGroups() throws Exception {
    assertThat(codeOf(1, "id -u; id -G")).isZero();
    assertThat(server.stdout(task(1)).lines()).containsExactly("65534", "65534");
  }

  @Test
  void workingDirectoryIsReachedByItsPathAndWritable() throws Exception {
    assertThat(codeOf(1, "cd / && echo kept > \"$HOME/file\" && cat \"$HOME/file\"")).isZero();
    assertThat(server.stdout(task(1))).isEqualTo("kept\n");
  }

  @Test
  void homeIsClosedToTasks() throws Exception {
    assertThat(codeOf(1, "cat " + home.resolve("token"))).isNotZero();
    assertThat(codeOf(2, "ls " + home)).isNotZero();
    assertThat(codeOf(3, "echo > " + home.resolve("agent/agent.sock"))).isNotZero();
    assertThat(server.stdout(task(1))).isEmpty();
    assertThat(server.stdout(task(2))).isEmpty();
  }

  @Test
  void taskCannotPutALinkWhereItsOutputIs() throws Exception {
    TaskId task = task(1);
    Path stdout = server.backend.folders().run(ServerStandIn.job(task), 1, 0).stdout();
    assertThat(codeOf(1, "ln -sf " + home.resolve("token") + " " + stdout)).isNotZero();
    assertThat(Files.isSymbolicLink(stdout)).isFalse();
  }

  @Test
  void outputIsNotForOthers() throws Exception {
    assertThat(codeOf(1, "echo private")).isZero();
    Path stdout = server.backend.folders().run(ServerStandIn.job(task(1)), 1, 0).stdout();
    assertThat(codeOf(2, "cat " + stdout)).isNotZero();
    assertThat(codeOf(3, "ls " + stdout.getParent())).isNotZero();
  }

  @Test
  void agentsProcessIsOutOfReach() throws Exception {
    assertThat(codeOf(1, "kill -9 $PPID")).isNotZero();
  }

  @Test
  void jobsFolderThatTasksCannotReachIsAnErrorThatSaysWhatToDo() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(other.resolve("jobs"), closed.resolve("jobs"));
    assertThatThrownBy(() -> RunFolders.open(other, ServerStandIn.INSTALLATION, true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod o+x");
  }

  @Test
  void rootIsNoUserForTasks() {
    assertThatThrownBy(() -> TaskUser.named("root")).hasMessageContaining("unprivileged");
    assertThatThrownBy(() -> TaskUser.named("0:7")).hasMessageContaining("unprivileged");
    assertThatThrownBy(() -> TaskUser.named("no-such-user")).hasMessageContaining("uid:gid");
  }
}
