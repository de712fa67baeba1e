package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.app.files.ProcessUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A program becomes a user, by our own program and by chroot alike.
class UserChangeTest {
  private static final TaskUser USER = new TaskUser(1_900_000_007, 1_900_000_008);

  @TempDir Path home;

  @BeforeEach
  void begin() throws Exception {
    assumeTrue(ProcessUser.isRoot(), "only root may run programs as another user");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
  }

  private UserChange change(boolean own) throws Exception {
    return own ? UserChange.find(home, USER) : UserChange.byChroot();
  }

  private static Programs.Ended run(UserChange change, String... program) throws Exception {
    return Programs.run(change.run(USER, List.of(program)), "");
  }

  /// A folder that everybody can enter.
  private Path script(String content) throws Exception {
    Path script = Files.createTempFile("ebb-script-", "");
    script.toFile().deleteOnExit();
    Files.writeString(script, content);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  @Test
  void ourOwnProgramIsTheOneThatIsUsedHere() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "it is for x86-64");
    assertThat(change(true).run(USER, List.of("/bin/true")))
        .containsExactly(
            home.resolve("become").toString(), "1900000007", "1900000008", "/bin/true");
    assertThat(home.resolve("become")).isExecutable();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void programIsTheUserInAllRespectsWithoutGroupsAndRights(boolean own) throws Exception {
    String status = run(change(own), "/bin/cat", "/proc/self/status").output();

    assertThat(status.replace('\t', ' ').lines().map(String::strip))
        .contains(
            "Uid: 1900000007 1900000007 1900000007 1900000007",
            "Gid: 1900000008 1900000008 1900000008 1900000008",
            "Groups:",
            "CapPrm: 0000000000000000",
            "CapEff: 0000000000000000");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void argumentsAndEnvironmentArriveAsTheyAre(boolean own) throws Exception {
    Programs.Ended ended =
        run(change(own), "/bin/sh", "-c", "echo \"$HOME|$0|$1|$2|$#\"", "a b", "", "--help");

    assertThat(ended.output()).isEqualTo("/|a b||--help|2\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nameWithoutASlashIsLookedUpInThePath(boolean own) throws Exception {
    assertThat(run(change(own), "id", "-u").output()).isEqualTo("1900000007\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void scriptWithoutAFirstLineOfItsOwnRunsInTheShell(boolean own) throws Exception {
    Path script = script("echo \"ran with $1 as $(id -u)\"\n");

    assertThat(run(change(own), script.toString(), "it").output())
        .isEqualTo("ran with it as 1900000007\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatCannotBeRunEndsWithTheCodeOfShellsAndSaysWhy(boolean own) throws Exception {
    Programs.Ended absent = run(change(own), "/no/such/program");
    Programs.Ended closed = run(change(own), "/etc/passwd");

    assertThat(absent.code()).isEqualTo(127);
    assertThat(absent.output()).contains("/no/such/program");
    assertThat(closed.code()).isEqualTo(126);
    assertThat(closed.output()).contains("/etc/passwd");
  }

  @Test
  void rootIsNobodyThatOurOwnProgramBecomes() throws Exception {
    List<String> asRoot =
        UserChange.find(home, USER).run(new TaskUser(0, 0), List.of("/bin/echo", "ran"));

    assertThat(Programs.run(asRoot, "")).isEqualTo(new Programs.Ended(125, ""));
  }

  @Test
  void whereOurOwnProgramDoesNotWorkItIsChroot() throws Exception {
    Files.createDirectory(home.resolve("become.new"));
    Files.createFile(home.resolve("become.new/in-the-way"));
    UserChange found = UserChange.find(home, USER);

    assertThat(found.run(USER, List.of("/bin/true")).getFirst()).endsWith("/chroot");
  }
}
