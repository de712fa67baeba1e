package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.backend.local.ControlGroups.Limits;
import ebb.app.backend.local.ControlGroups.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What control groups of version 2 do that those of version 1 do not. Not among the tests of
/// `./check`, for few machines could run both: `scripts/version2` runs it on a kernel that has
/// them.
class SecondVersion {
  private static final long MEBIBYTE = 1 << 20;
  private final String task = "task-" + System.nanoTime();
  private ControlGroups groups;

  @BeforeEach
  void find() throws Exception {
    assertThat(Path.of("/sys/fs/cgroup/cgroup.controllers")).content().contains("memory");
    groups = ControlGroups.find(Path.of("/"), "test");
    assertThat(groups.missing()).isEmpty();
  }

  @Test
  void allThreeLimitsAreGivenAndTheGroupsAreOfThisUser() throws Exception {
    List<String> joined =
        groups.join(task, new Limits(64 * MEBIBYTE, 2, 100), List.of("/bin/true")).arguments();
    Path group = Path.of(joined.get(joined.indexOf("/bin/true") - 1)).toAbsolutePath().getParent();

    assertThat(groups.unlimited()).isEmpty();
    assertThat(Files.getOwner(group)).isEqualTo(Files.getOwner(Path.of("/proc/self")));
    assertThat(group.resolve("memory.max")).content().isEqualTo("67108864\n");
    assertThat(group.resolve("cpu.max")).content().isEqualTo("200000 100000\n");
    assertThat(group.resolve("pids.max")).content().isEqualTo("100\n");
    groups.end(task, true);
  }

  @Test
  void whatIsReadFromAndWrittenToADiskIsCounted(@TempDir Path disk) throws Exception {
    String copies =
        "dd if=/dev/zero of=%1$s bs=1M count=8 oflag=direct && dd if=%1$s of=/dev/null bs=1M iflag=direct"
            .formatted(disk.resolve("file"));

    Programs.Ended ended =
        groups.join(task, new Limits(0, 0, 0), List.of("/bin/sh", "-c", copies)).run();
    Usage usage = groups.end(task, true);

    assertThat(ended.isFine()).as(ended.output()).isTrue();
    assertThat(usage.bytesWritten()).isBetween(8 * MEBIBYTE, 12 * MEBIBYTE);
    assertThat(usage.bytesRead()).isBetween(8 * MEBIBYTE, 12 * MEBIBYTE);
  }
}
