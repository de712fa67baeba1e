package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The folder that `./ebb` runs a build from.
class BuildFolderTest {
  @TempDir Path folder;

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
