package ebb.app.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Folders that clients send under names of their own.
class UploadsTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final Uploads.Name ROWS = new Uploads.Name("lab", "hash", "rows");

  @TempDir Path folder;
  private Uploads uploads;

  @BeforeEach
  void open() throws Exception {
    uploads = CodeStore.open(folder.resolve("code"), new Bounds(10, 100)).uploads();
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private boolean put(String path) throws Exception {
    return put(path, text(path), NOW);
  }

  private void put(Uploads.Name name, Instant now) throws Exception {
    uploads.take(name, text(""), now, (pending, id) -> pending.put(id, "a", text(""), 0, now));
  }

  private boolean put(String path, InputStream content, Instant now) throws Exception {
    return uploads.take(
        ROWS, content, now, (pending, id) -> pending.put(id, path, content, 0, now));
  }

  @Test
  void twoClientsThatSendTheSameAtOnceEndWithAllOfIt() throws Exception {
    put("rows/1");
    uploads.forgetLost(ROWS, NOW); // another client asks
    assertThat(put("rows/1")).isTrue();
    assertThat(put("rows/2")).isTrue();
    String first = uploads.whole(ROWS, "rows/1", 0, NOW).orElseThrow();
    assertThat(put("rows/2")).as("what the slower one still sends").isTrue();
    assertThat(uploads.whole(ROWS, "rows/1", 0, NOW)).contains(first);
    assertThat(uploads.find(ROWS)).contains(first);
  }

  @Test
  void fileThatIsStillArrivingWhenAnotherClientIsDoneIsNoFaultOfItsSender() throws Exception {
    put("rows/1");
    InputStream late =
        new InputStream() {
          @Override
          public int read() throws IOException {
            try {
              assertThat(uploads.whole(ROWS, "rows/1", 0, NOW)).isPresent();
            } catch (CodeRefused refused) {
              throw new IOException(refused);
            }
            return -1;
          }
        };
    assertThat(put("rows/1", late, NOW)).isTrue();
    assertThat(uploads.whole(ROWS, "rows/1", 0, NOW)).isPresent();
  }

  @Test
  void uploadThatLostFilesIsNotWhole() throws Exception {
    put("rows/1");
    CodeStore again = CodeStore.open(folder.resolve("code"), new Bounds(10, 100));
    uploads = again.uploads();
    assertThat(put("rows/2")).as("of an upload that is gone").isFalse();
    assertThat(uploads.whole(ROWS, "rows/1", 0, NOW)).isEmpty();
    uploads.forgetLost(ROWS, NOW); // another client asks
    put("rows/2");
    assertThat(uploads.whole(ROWS, "rows/1", 0, NOW)).as("without its first file").isEmpty();
    put("rows/1");
    assertThat(uploads.whole(ROWS, "rows/1", 0, NOW)).isPresent();
  }

  private boolean block(String path, String name, int bytes) throws Exception {
    InputStream content = text("x".repeat(bytes));
    return uploads.take(
        ROWS,
        content,
        NOW,
        (pending, id) ->
            pending.putBlock(id, new PendingCode.BlockName(path, name), content, 0, NOW));
  }

  @Test
  void blocksCountAsFilesDoAndGoWithTheirUpload() throws Exception {
    block("rows/1", "a", 60);
    block("rows/1", "a", 50);
    block("rows/2", "a", 50);
    assertThatThrownBy(() -> block("rows/2", "b", 1)).isInstanceOf(CodeRefused.class);
    assertThatThrownBy(() -> block("../out", "b", 1)).isInstanceOf(CodeRefused.class);
    assertThat(
            uploads.take(
                ROWS,
                text(""),
                NOW,
                (pending, id) -> pending.join(id, "rows/1", List.of("a"), 0, NOW)))
        .isTrue();
    assertThat(uploads.bytes(ROWS, "rows/1", NOW)).contains(50L);
    block("rows/2", "a", 50);
    put(new Uploads.Name("lab", "later", "rows"), NOW.plus(Duration.ofHours(2)));
    try (Stream<Path> left = Files.list(folder.resolve("code/pending"))) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void nameIsForgottenWithItsSnapshot() throws Exception {
    CodeStore store = CodeStore.open(folder.resolve("code"), new Bounds(10, 100));
    uploads = store.uploads();
    put("rows/1");
    uploads.whole(ROWS, "rows/1", 0, NOW);
    long now = System.currentTimeMillis();
    assertThat(store.removeUnused(now + 60_000, Set::of, false).count()).isEqualTo(1);
    assertThat(folder.resolve("code/sent")).isNotEmptyDirectory();
    store.removeUnused(now + 60_000, Set::of, true);
    assertThat(folder.resolve("code/sent")).isEmptyDirectory();
  }

  @Test
  void snapshotThatIsAskedForWhileItIsSweptStays() throws Exception {
    CodeStore store = CodeStore.open(folder.resolve("code"), new Bounds(10, 100));
    uploads = store.uploads();
    put("rows/1");
    String hash = uploads.whole(ROWS, "rows/1", 0, NOW).orElseThrow();
    Path file = folder.resolve("code").resolve(hash + ".tar");
    Files.setLastModifiedTime(file, FileTime.from(NOW.minus(Duration.ofDays(9_999))));
    CodeStore.Needed asking =
        () -> {
          store.has(hash); // by somebody who submits a job of it
          return Set.of();
        };
    long since = System.currentTimeMillis() - Duration.ofDays(7).toMillis();
    assertThat(store.removeUnused(since, asking, true).count()).isZero();
    assertThat(store.has(hash)).isTrue();
  }

  @Test
  void uploadsThatNobodyGoesOnWithMakeRoomThoughOthersBeginMeanwhile() throws Exception {
    for (int i = 0; i < 199; i++) {
      put(new Uploads.Name("lab", "hash" + i, "rows"), NOW);
    }
    Instant later = NOW.plus(Duration.ofMinutes(50));
    put(ROWS, later);
    for (int i = 0; i < 100; i++) {
      put(new Uploads.Name("lab", "later" + i, "rows"), later.plus(Duration.ofMinutes(15)));
    }
    assertThat(put("rows/1", text("1"), later)).isTrue();
  }

  @Test
  void askingForNamesBeginsNothing() throws Exception {
    for (int i = 0; i < 300; i++) {
      Uploads.Name name = new Uploads.Name("lab", "hash" + i, "rows");
      uploads.forgetLost(name, NOW);
      assertThat(uploads.find(name)).isEmpty();
      assertThat(uploads.bytes(name, "a", NOW)).isEmpty();
    }
    assertThat(folder.resolve("code/pending")).isEmptyDirectory();
    assertThat(folder.resolve("code/sent")).isEmptyDirectory();
    assertThat(put("rows/1")).isTrue();
  }

  @Test
  void uploadThatNobodyWentOnWithForAnHourIsLostUntilSomebodyAsksAgain() throws Exception {
    put("rows/1");
    Instant later = NOW.plus(Duration.ofHours(2));
    assertThat(put("rows/2", text("2"), later)).isFalse();
    put(new Uploads.Name("lab", "other", "rows"), later);
    assertThat(put("rows/2", text("2"), later)).as("when another has begun").isFalse();
    uploads.forgetLost(ROWS, later);
    assertThat(put("rows/1", text("1"), later)).isTrue();
    assertThat(uploads.whole(ROWS, "rows/1", 0, later)).isPresent();
  }

  @Test
  void lostUploadsLeaveNothingForEver() throws Exception {
    put("rows/1");
    CodeStore again = CodeStore.open(folder.resolve("code"), new Bounds(10, 100));
    again.removeUnused(0, Set::of, true);
    assertThat(folder.resolve("code/sent")).isNotEmptyDirectory();
    again.uploads().forgetLost(Instant.now().plus(Duration.ofDays(2)));
    assertThat(folder.resolve("code/sent")).isEmptyDirectory();
  }
}
