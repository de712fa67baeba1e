package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The folder that `./ebb` runs a build from.
class BuildFolderTest {
  @TempDir Path folder;

  /// What a first `./ebb` writes whose build takes two seconds and fails.
  private String built(String... command) throws Exception {
    for (String each :
        new String[] {"ebb", "scripts/find-jdk", "scripts/maven", "scripts/run-folder"}) {
      Path copy = folder.resolve(each);
      Files.createDirectories(copy.getParent());
      Files.copy(Program.ROOT.resolve(each), copy);
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path maven = Files.createDirectories(folder.resolve("bin")).resolve("mvn");
    Files.writeString(maven, "#!/bin/sh\nsleep 2.5\necho no such plugin\nexit 1\n");
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("PATH", maven.getParent() + ":" + System.getenv("PATH"));
    Process shell = builder.start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).isEqualTo(1);
    return said;
  }

  @Test
  void buildShowsOnATerminalThatItGoesOn() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "needs script of util-linux");
    assertThat(built("/usr/bin/script", "-qefc", folder.resolve("ebb").toString(), "/dev/null"))
        .contains("sources are newer", "\rebb: building, 1 s")
        .contains("\r\033[Kno such plugin")
        .endsWith("the lines above are Maven's.\r\n");
  }

  @Test
  void buildWritesToAPipeWhatItIsAndHowItEnds() throws Exception {
    assertThat(built(folder.resolve("ebb").toString()).lines().toList())
        .hasSize(3)
        .first()
        .asString()
        .startsWith("ebb: building, because the sources are newer");
  }

  @Test
  void everyUserMayStartWhatOneHasBuilt() throws Exception {
    Process shell =
        new ProcessBuilder("/bin/sh", "-c", ". scripts/run-folder; new_run '" + folder + "'")
            .directory(Program.ROOT.toFile())
            .start();
    String made = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(shell.waitFor()).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(made))))
        .isEqualTo("rwxr-xr-x");
    assertThat(Files.readString(Program.ROOT.resolve("ebb"))).contains("run=$(new_run \"$out\")");
  }
}
