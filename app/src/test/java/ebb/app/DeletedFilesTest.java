package ebb.app;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.Sweep.Position;
import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The files of deleted jobs, removed by sweeps of which some fail.
class DeletedFilesTest {
  private static final long NOW = 10_000_000;
  private static final long LONG_AGO = 1_000_000;

  @TempDir Path folder;
  private final List<Position> deleted = new ArrayList<>();
  private final List<Long> tried = new ArrayList<>();
  private final Set<Long> failing = new HashSet<>();
  private DeletedFiles files;

  @BeforeEach
  void make() {
    files = new DeletedFiles(folder.resolve("swept-deleted"), this::after, this::remove);
  }

  /// As history does it, in pages of two.
  private List<Position> after(Position position) {
    Comparator<Position> order =
        Comparator.comparingLong(Position::at).thenComparing(Position::job);
    return deleted.stream()
        .filter(job -> order.compare(job, position) > 0)
        .sorted(order)
        .limit(2)
        .toList();
  }

  private void remove(JobId job) throws IOException {
    tried.add(job.value());
    if (failing.contains(job.value())) {
      throw new IOException("it cannot be removed");
    }
  }

  private List<Long> triedAt(long now) throws IOException {
    tried.clear();
    files.remove(now);
    return List.copyOf(tried);
  }

  private void delete(long at, long... jobs) {
    for (long job : jobs) {
      deleted.add(new Position(at, new JobId(job)));
    }
  }

  @Test
  void whatFailsIsTriedAgainUntilItIsRemovedAndKeepsNoOther() throws Exception {
    delete(LONG_AGO, 1, 2, 3, 4, 5);
    failing.add(2L);
    assertThat(triedAt(NOW)).containsExactly(1L, 2L, 3L, 4L, 5L);
    for (int sweep = 0; sweep < 3; sweep++) {
      assertThat(triedAt(NOW)).containsExactly(2L, 3L, 4L, 5L);
    }
    failing.clear();
    assertThat(triedAt(NOW)).containsExactly(2L, 3L, 4L, 5L);
    assertThat(triedAt(NOW)).isEmpty();
    delete(LONG_AGO + 1, 6);
    assertThat(triedAt(NOW)).containsExactly(6L);
  }

  @Test
  void oneThatHistoryIsToldOfLateIsNotPassedOver() throws Exception {
    delete(LONG_AGO, 1);
    delete(NOW, 9);
    assertThat(triedAt(NOW)).containsExactly(1L, 9L);
    delete(NOW, 8); // in the same millisecond
    assertThat(triedAt(NOW + 60_000)).containsExactly(8L, 9L);
    assertThat(triedAt(NOW + 60_000)).isEmpty();
  }

  @Test
  void positionThatCannotBeReadBeginsAnew() throws Exception {
    delete(LONG_AGO, 1, 2);
    assertThat(triedAt(NOW)).containsExactly(1L, 2L);
    for (String torn : List.of("", "\0\0\0\0\0\0", "1000000", "1000000 ")) {
      Files.writeString(folder.resolve("swept-deleted"), torn);
      assertThat(triedAt(NOW)).as(torn).containsExactly(1L, 2L);
      assertThat(triedAt(NOW)).isEmpty();
    }
  }
}
