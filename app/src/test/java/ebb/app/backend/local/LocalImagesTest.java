package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is asked of podman for an image's name, and what is made of its answers. A small program
/// stands in for it.
class LocalImagesTest {
  /// Ends as the file `code` says; counts how often it was asked, and notices a second beside it.
  private static final String STAND_IN =
      """
      #!/bin/sh
      own=$(dirname "$0")
      mkdir "$own/running" || : >"$own/two-at-once"
      echo "$*" >>"$own/asked"
      sleep 0.05
      rmdir "$own/running"
      exit "$(cat "$own/code")"
      """;

  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path folder;
  private Path podman;

  @BeforeEach
  void begin() throws Exception {
    podman = Files.writeString(folder.resolve("podman"), STAND_IN);
    Files.setPosixFilePermissions(podman, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private LocalImages answering(int code) throws Exception {
    answers(code);
    return new LocalImages(podman.toString(), LONG);
  }

  private void answers(int code) throws Exception {
    Files.writeString(folder.resolve("code"), String.valueOf(code));
  }

  private List<String> asked() throws Exception {
    Path asked = folder.resolve("asked");
    return Files.exists(asked) ? Files.readAllLines(asked) : List.of();
  }

  @Test
  void podmanThatCannotSayIsNoAnswerAndIsAskedAgainAfterAWhile() throws Exception {
    for (int code : List.of(125, 137, 2)) {
      answers(code);
      LocalImages images = new LocalImages(podman.toString(), Duration.ofMillis(1));
      assertThat(images.isAbsent("localhost/a:1")).as("code " + code).isFalse();
      answers(1);
      Thread.sleep(5);
      assertThat(images.isAbsent("localhost/a:1")).as("after code " + code).isTrue();
    }
    LocalImages images = answering(125);
    int before = asked().size();
    for (int i = 0; i < 3; i++) {
      assertThat(images.isAbsent("localhost/a:1")).isFalse();
    }
    assertThat(asked()).hasSize(before + 1);
  }

  @Test
  void imageThatWasFoundIsNotLookedForAgain() throws Exception {
    LocalImages images = answering(0);
    assertThat(images.isAbsent("localhost/a:1")).isFalse();
    answers(1);
    assertThat(images.isAbsent("localhost/a:1")).isFalse();
    assertThat(asked()).hasSize(1);
  }

  @Test
  void absentImageIsLookedForByBothItsNamesAndNotAgainForAWhile() throws Exception {
    LocalImages images = answering(1);
    for (int i = 0; i < 3; i++) {
      assertThat(images.isAbsent("busybox")).isTrue();
    }
    assertThat(asked())
        .containsExactly(
            "--cgroup-manager=cgroupfs image exists busybox",
            "--cgroup-manager=cgroupfs image exists docker.io/library/busybox:latest");
    assertThat(images.isAbsent("localhost/a:1")).isTrue();
    assertThat(asked()).as("one name, asked once").hasSize(3);
  }

  @Test
  void absentImageIsFoundOnceItIsBrought() throws Exception {
    answers(1);
    LocalImages images = new LocalImages(podman.toString(), Duration.ofMillis(1));
    assertThat(images.isAbsent("localhost/a:1")).isTrue();
    answers(0);
    Thread.sleep(5);
    assertThat(images.isAbsent("localhost/a:1")).isFalse();
  }

  @Test
  void oneAskerAtATimeAsksForWhatManyName() throws Exception {
    LocalImages images = answering(1);
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String image = "localhost/a:" + i % 3;
      clients.add(Thread.ofVirtual().start(() -> images.isAbsent(image)));
    }
    for (Thread client : clients) {
      client.join();
    }
    assertThat(asked()).hasSize(3);
    assertThat(folder.resolve("two-at-once")).doesNotExist();
  }

  @Test
  void noMoreImagesAreRememberedThanTheMost() throws Exception {
    Files.writeString(podman, "#!/bin/sh\necho \"$*\" >>\"$(dirname \"$0\")/asked\"\n");
    LocalImages images = new LocalImages(podman.toString(), LONG);
    for (int i = 0; i <= LocalImages.REMEMBERED_MAX; i++) {
      assertThat(images.isAbsent("localhost/a:" + i)).isFalse();
    }
    int before = asked().size();
    assertThat(images.isAbsent("localhost/a:" + LocalImages.REMEMBERED_MAX)).isFalse();
    assertThat(asked()).hasSize(before);
    assertThat(images.isAbsent("localhost/a:0")).isFalse();
    assertThat(asked()).as("the oldest is asked for again").hasSize(before + 1);
  }
}
