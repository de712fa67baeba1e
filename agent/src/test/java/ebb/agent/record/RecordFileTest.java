package ebb.agent.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.agent.protocol.Cause;
import ebb.agent.protocol.EntryCodec;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.RecordEntry;
import ebb.agent.protocol.Usage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the record keeps through tears, rewrites and new agents.
class RecordFileTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_123L);
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final Fact CLAIMED = new Fact.Claimed(Duration.ofSeconds(3));
  private static final Fact STARTED = new Fact.Started(42, 4711, "boot");
  private static final Fact EXITED =
      new Fact.Exited(
          NOW,
          new ExitStatus.Signal(9),
          Cause.LIMIT,
          "why",
          new Usage(Duration.ofMillis(5), Duration.ofMillis(6), 7, 8, 9));

  @TempDir Path folder;
  Path path;

  @BeforeEach
  void begin() {
    path = folder.resolve("agent.record");
  }

  private RecordFile.Opened open() throws IOException {
    return RecordFile.open(path, "boot", CLOCK);
  }

  private static List<RecordEntry> read(RecordFile file, long after) throws IOException {
    List<RecordEntry> entries = new ArrayList<>();
    RecordCursor cursor = file.after(after);
    for (int quiet = 0; quiet < 3; quiet++) {
      ByteBuffer bytes = cursor.next(0);
      for (Optional<ByteBuffer> next = EntryCodec.next(bytes);
          next.isPresent();
          next = EntryCodec.next(bytes)) {
        quiet = 0;
        if (!EntryCodec.isBookkeeping(EntryCodec.typeOf(next.get()))) {
          entries.add(EntryCodec.read(next.get()).orElseThrow());
        }
      }
    }
    return entries;
  }

  @Test
  void everyFactReadsBackAsItWasWritten() throws Exception {
    List<Fact> facts =
        List.of(
            CLAIMED,
            STARTED,
            EXITED,
            new Fact.Refused("no"),
            new Fact.Tombstone(),
            new Fact.TreeRemains(3));
    try (RecordFile file = open().file()) {
      facts.forEach(fact -> file.append("täsk", fact));
      List<RecordEntry> entries = read(file, 0);
      assertThat(entries).extracting(RecordEntry::fact).containsExactlyElementsOf(facts);
      assertThat(entries).allMatch(e -> e.task().equals("täsk") && e.at().equals(NOW));
      assertThat(entries).extracting(RecordEntry::position).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void followerBeginsAfterItsPosition() throws Exception {
    try (RecordFile file = open().file()) {
      file.append("a", CLAIMED);
      long position = file.append("a", STARTED);
      file.append("a", EXITED);
      assertThat(read(file, position)).extracting(RecordEntry::fact).containsExactly(EXITED);
    }
  }

  @Test
  void moreThanAChunkIsReadWhole() throws Exception {
    try (RecordFile file = open().file()) {
      for (int i = 0; i < 5_000; i++) {
        file.append("task-" + i, CLAIMED);
      }
      assertThat(read(file, 0)).hasSize(5_000);
      assertThat(read(file, file.position() - 10)).hasSize(10);
    }
  }

  @Test
  void tornTailIsCutAndItsPositionsAreNotUsedAgain() throws Exception {
    long position;
    try (RecordFile file = open().file()) {
      file.append("whole", CLAIMED);
      position = file.append("torn", CLAIMED);
    }
    byte[] bytes = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(bytes, bytes.length - 3));
    RecordFile.Opened opened = open();
    try (RecordFile file = opened.file()) {
      assertThat(opened.notice()).hasValueSatisfying(n -> assertThat(n).contains("no entry"));
      assertThat(opened.tasks().unended()).containsOnlyKeys("whole");
      assertThat(file.append("next", CLAIMED)).isGreaterThan(position);
      assertThat(read(file, 0)).extracting(RecordEntry::task).containsExactly("whole", "next");
    }
  }

  @Test
  void everyPossibleTearLeavesAReadableRecord() throws Exception {
    try (RecordFile file = open().file()) {
      file.append("a", CLAIMED);
      file.append("a", STARTED);
      file.append("a", EXITED);
    }
    byte[] bytes = Files.readAllBytes(path);
    for (int length = 44; length < bytes.length; length++) {
      Files.write(path, Arrays.copyOf(bytes, length));
      try (RecordFile file = open().file()) {
        file.append("b", CLAIMED);
        assertThat(read(file, 0)).extracting(RecordEntry::task).endsWith("b");
      }
    }
  }

  @Test
  void flippedBitEndsWhatIsTrusted() throws Exception {
    long length;
    try (RecordFile file = open().file()) {
      file.append("kept", CLAIMED);
      length = file.length();
      file.append("flipped", CLAIMED);
    }
    byte[] bytes = Files.readAllBytes(path);
    bytes[(int) length + 30] ^= 1;
    Files.write(path, bytes);
    RecordFile.Opened opened = open();
    opened.file().close();
    assertThat(opened.tasks().unended()).containsOnlyKeys("kept");
    assertThat(folder.resolve("agent.record.cut")).exists();
  }

  @Test
  void fileThatIsNoRecordIsNotTouched() throws Exception {
    Files.writeString(path, "somebody's diary, which is longer than the head of a record");
    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("EBBREC01");
    assertThat(Files.readString(path)).startsWith("somebody's diary");
  }

  @Test
  void rewritingDropsOnlyWhatNobodyNeeds() throws Exception {
    try (RecordFile file = open().file()) {
      file.append("acknowledged", CLAIMED);
      file.append("acknowledged", STARTED);
      file.append("acknowledged", EXITED);
      file.append("forgotten", CLAIMED);
      file.append("forgotten", EXITED);
      file.append("stone", new Fact.Tombstone());
      file.append("running", CLAIMED);
      file.append("running", STARTED);
      long acknowledged = file.position();
      file.append("recent", CLAIMED);
      file.append("recent", EXITED);
      file.bookkeep(Bookkeeping.Kind.ACKNOWLEDGED, "", acknowledged);
      file.bookkeep(Bookkeeping.Kind.FORGOTTEN, "forgotten", 0);
      file.bookkeep(Bookkeeping.Kind.INSTALLED, "installation", 0);
      long position = file.position();
      file.compact();
      assertThat(file.position()).isEqualTo(position);
      assertThat(read(file, 0))
          .extracting(RecordEntry::task)
          .containsExactly("acknowledged", "stone", "running", "running", "recent", "recent");
      file.append("after", CLAIMED);
      assertThat(read(file, position)).extracting(RecordEntry::task).containsExactly("after");
    }
    RecordFile.Opened again = open();
    again.file().close();
    assertThat(again.tasks().ended()).containsOnlyKeys("acknowledged", "recent");
    assertThat(again.tasks().tombstones()).containsOnlyKeys("stone");
    assertThat(again.tasks().unended()).containsOnlyKeys("running", "after");
    assertThat(again.tasks().installation()).isEqualTo("installation");
  }

  @Test
  void forgottenTaskMayLiveAgain() throws Exception {
    try (RecordFile file = open().file()) {
      file.append("again", CLAIMED);
      long end = file.append("again", EXITED);
      file.bookkeep(Bookkeeping.Kind.ACKNOWLEDGED, "", end);
      file.bookkeep(Bookkeeping.Kind.FORGOTTEN, "again", 0);
      file.append("again", CLAIMED);
      file.compact();
      assertThat(read(file, 0)).extracting(RecordEntry::fact).containsExactly(CLAIMED);
    }
    RecordFile.Opened opened = open();
    opened.file().close();
    assertThat(opened.tasks().ended()).isEmpty();
    assertThat(opened.tasks().unended()).containsOnlyKeys("again");
  }

  @Test
  void followerKeepsItsPlaceThroughARewrite() throws Exception {
    try (RecordFile file = open().file()) {
      file.append("a", CLAIMED);
      RecordCursor cursor = file.after(0);
      assertThat(cursor.next(0).remaining()).isPositive();
      file.append("b", CLAIMED);
      file.compact();
      List<String> tasks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        ByteBuffer bytes = cursor.next(0);
        for (Optional<ByteBuffer> next = EntryCodec.next(bytes);
            next.isPresent();
            next = EntryCodec.next(bytes)) {
          if (!EntryCodec.isBookkeeping(EntryCodec.typeOf(next.get()))) {
            tasks.add(EntryCodec.read(next.get()).orElseThrow().task());
          }
        }
      }
      assertThat(tasks).containsExactly("b");
    }
  }

  @Test
  void anotherBootLeapsAheadOfWhatMayHaveBeenLost() throws Exception {
    long position;
    try (RecordFile file = open().file()) {
      position = file.append("a", CLAIMED);
    }
    try (RecordFile file = RecordFile.open(path, "another boot", CLOCK).file()) {
      assertThat(file.append("b", CLAIMED)).isGreaterThan(position + 999_999);
    }
  }
}
