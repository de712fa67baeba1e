package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskUseTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path folder;
  private Path first;
  private Path second;

  @BeforeEach
  void begin() throws Exception {
    first = Files.createDirectory(folder.resolve("first"));
    second = Files.createDirectory(folder.resolve("second"));
    Files.write(first.resolve("file"), new byte[300_000]);
    Files.write(second.resolve("file"), new byte[500_000]);
  }

  private String program(String line) throws Exception {
    Path program = Files.writeString(folder.resolve("du"), "#!/bin/sh\n" + line + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program.toString();
  }

  @Test
  void foldersAreAddedUpAndOneThatHasGoneIsLeftOut() throws Exception {
    List<Path> folders = List.of(first, folder.resolve("gone"), second);

    assertThat(DiskUse.of(folders)).isBetween(800_000L, 900_000L);
  }

  @Test
  void programThatEndsWithoutAWordOfAFolderDoesNotCountAsNothing() throws Exception {
    List<Path> folders = List.of(first, second);

    assertThatThrownBy(() -> DiskUse.of(program("exit 1"), folders, LONG))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ended with 1 and did not tell of " + first);
    String half = program("printf '8\\t%s\\n' " + first + "; kill -KILL $$");
    assertThatThrownBy(() -> DiskUse.of(half, folders, LONG))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did not tell of " + second);
  }

  @Test
  void programThatHangsIsEnded() throws Exception {
    String hanging = program("exec sleep 1000");

    assertThatThrownBy(() -> DiskUse.of(hanging, List.of(first), Duration.ofMillis(200)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("longer");
  }
}
