package ebb.app.door;

import static ebb.app.door.ServedHome.job;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real server whose jobs are in control groups of version 2, as root or as an ordinary user. Not
/// among the tests of `./check`: `scripts/version2` runs it on a kernel that has them.
class SecondVersionServed {
  @TempDir Path folder;
  private ServedHome server;

  @BeforeEach
  void start() throws Exception {
    server = new ServedHome(folder, "--set", "tasks.programs=none");
    server.cluster(2);
    assertThat(server.log()).contains("jobs run in a sandbox").doesNotContain("unlimited");
  }

  @AfterEach
  void end() {
    server.close();
  }

  /// The limit is lowered before it is met: thousands of processes take minutes on the small
  /// kernel.
  @Test
  void forkWithoutEndMeetsItsLimitAndOthersGoOnAndNoGroupIsLeft() throws Exception {
    server.submit(
        "bomb",
        "pwd; until [ -e go ]; do sleep 0.2; done; bomb() { bomb | bomb & }; bomb; sleep 1000");
    ServedHome.until("it runs", () -> printed("bomb").startsWith("/"));
    Path group = groups().getFirst();
    assertThat(group.resolve("pids.max")).hasContent("4096");
    Files.writeString(group.resolve("pids.max"), "60");

    Files.createFile(Path.of(printed("bomb"), "go"));

    ServedHome.until("the limit is met", () -> !content(group, "pids.events").equals("max 0"));
    assertThat(Integer.parseInt(content(group, "pids.current"))).isBetween(1, 60);
    server.submit("other", "echo alive");
    assertThat(server.awaitJob("other", "ended").text("cause")).isEqualTo("succeeded");
    server.send("POST", job("bomb") + "/cancel", "");
    server.awaitJob("bomb", "ended");
    ServedHome.until("no group is left", () -> groups().isEmpty());
  }

  private String printed(String name) {
    try {
      return server.get(job(name) + "/logs").body().strip();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static String content(Path group, String file) {
    try {
      return Files.readString(group.resolve(file)).strip();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static List<Path> groups() {
    try (Stream<Path> all = Files.walk(Path.of("/sys/fs/cgroup"))) {
      return all.filter(path -> path.getParent().endsWith("ebb"))
          .filter(Files::isDirectory)
          .toList();
    } catch (IOException | UncheckedIOException changing) {
      return List.of(Path.of("changing"));
    }
  }
}
