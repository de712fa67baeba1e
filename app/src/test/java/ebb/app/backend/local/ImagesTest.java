package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Names of images, and what is asked of podman for them. A small program stands in for it, so that
/// this needs neither root nor a registry ([PulledImageTest] has both).
class ImagesTest {
  /// Writes down what it is asked; has the image once it was pulled; is killed for `killed`.
  private static final String STAND_IN =
      """
      #!/bin/sh
      own=$(dirname "$0")
      echo "$*" >>"$own/asked"
      case "$*" in
        *" image inspect "*) [ -e "$own/whole" ] && echo 4711 ;;
        *" info "*) echo "$own" ;;
        *" pull "*killed*) kill -KILL $$ ;;
        *" pull "*) : >"$own/whole" ;;
        *) echo "ran $*" ;;
      esac
      """;

  @TempDir Path folder;
  private Path podman;
  private Path marks;

  @BeforeEach
  void begin() throws Exception {
    marks = Files.createDirectory(folder.resolve("marks"));
    podman = Files.writeString(folder.resolve("podman"), STAND_IN);
    Files.setPosixFilePermissions(podman, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Programs.Ended run(String image, Path lock, long keepFreeBytes) throws Exception {
    Images images = new Images(Images.ANY, Duration.ofMinutes(1), keepFreeBytes);
    return Programs.run(
        images.run(image, lock, marks, List.of(podman.toString(), "run"), List.of("program")), "");
  }

  private List<String> asked() throws Exception {
    return Files.readAllLines(folder.resolve("asked"));
  }

  @Test
  void whatLooksLikeATransportIsPulledFromARegistryAllTheSame() throws Exception {
    Programs.Ended ended = run("oci:small", folder.resolve("lock"), 0);

    assertThat(ended.output()).contains("ran run docker.io/library/oci:small program");
    assertThat(asked())
        .contains("--cgroup-manager=cgroupfs pull docker://docker.io/library/oci:small");
  }

  @Test
  void nothingIsPulledWhereTheDiskIsAsGoodAsFull() throws Exception {
    Programs.Ended ended = run("busybox", folder.resolve("lock"), Long.MAX_VALUE);

    assertThat(ended.code()).isEqualTo(125);
    assertThat(ended.output())
        .contains("docker.io/library/busybox:latest is not pulled", folder.toString())
        .containsPattern("has [1-9][0-9]* MiB left, and nothing is pulled below [0-9]+ MiB")
        .contains("podman image prune");
    assertThat(asked()).noneMatch(line -> line.contains(" pull "));
  }

  @Test
  void pullThatWasKilledLongBeforeItsDeadlineIsNotSaidToHaveTakenTooLong() throws Exception {
    Programs.Ended ended = run("killed", folder.resolve("lock"), 0);

    assertThat(ended.code()).isEqualTo(125);
    assertThat(ended.output()).contains("it was killed").doesNotContain("took longer");
  }

  @Test
  void lockThatCannotBeOpenedIsSaid() throws Exception {
    Path lock = folder.resolve("no-such-folder/lock");

    Programs.Ended ended = run("busybox", lock, 0);

    assertThat(ended.code()).isEqualTo(125);
    assertThat(ended.output()).contains("ebb: image: cannot lock " + lock);
    assertThat(asked()).noneMatch(line -> line.contains(" pull "));
  }

  @Test
  void whatATaskPullsIsMarkedByItsIdWithTheNameAndEachStartTouchesTheMark() throws Exception {
    run("busybox", folder.resolve("lock"), 0);

    Path mark = marks.resolve("4711");
    assertThat(mark).hasContent("docker.io/library/busybox:latest\n");
    Files.setLastModifiedTime(mark, FileTime.fromMillis(0));
    run("busybox", folder.resolve("lock"), 0);
    assertThat(Files.getLastModifiedTime(mark).toMillis()).isPositive();
    assertThat(asked()).filteredOn(line -> line.contains(" pull ")).hasSize(1);
  }

  @Test
  void imageThatWasThereIsNotMarked() throws Exception {
    Files.createFile(folder.resolve("whole"));

    Programs.Ended ended = run("busybox", folder.resolve("lock"), 0);

    assertThat(ended.output()).isEqualTo("ran run busybox program\n");
    assertThat(marks.resolve("4711")).doesNotExist();
  }
}
