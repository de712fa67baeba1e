package ebb.app.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Code that arrives file by file.
class PendingCodeTest {
  private static final Bounds BOUNDS = new Bounds(3, 20);
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  @TempDir Path folder;
  private CodeStore store;
  private PendingCode pending;

  @BeforeEach
  void open() throws Exception {
    store = CodeStore.open(folder.resolve("code"), BOUNDS);
    pending = store.pending();
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private boolean put(String id, String path, String text) throws Exception {
    return pending.put(id, path, text(text), 0, NOW);
  }

  private long left() throws Exception {
    try (Stream<Path> files = Files.walk(folder.resolve("code/pending"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void whatArrivedBecomesASnapshotLikeAnyOther() throws Exception {
    String id = pending.begin("lab", NOW);
    assertThat(put(id, "src/a/b.py", "print(1)")).isTrue();
    assertThat(put(id, "src/run.sh", "old")).isTrue();
    assertThat(put(id, "src/run.sh", "true")).as("sent again").isTrue();
    assertThat(pending.bytes(id, "src/run.sh", NOW)).contains(4L);
    Path same = Files.createDirectories(folder.resolve("same/a"));
    Files.writeString(same.resolve("b.py"), "print(1)");
    Files.writeString(same.resolveSibling("run.sh"), "true");
    String hash = Snapshot.of(folder.resolve("same"), BOUNDS).hash();
    assertThat(pending.whole(id, "lab", "src", 0, NOW)).contains(hash);
    assertThat(store.has(hash)).isTrue();
    assertThat(pending.whole(id, "lab", "src", 0, NOW)).as("said again").contains(hash);
    assertThat(left()).isZero();
    refused(() -> put(id, "src/more", "x"), "whole already");
  }

  @Test
  void singleFileIsCodeToo() throws Exception {
    String id = pending.begin("lab", NOW);
    put(id, "train.py", "print(1)");
    Path same = Files.writeString(folder.resolve("train.py"), "print(1)");
    assertThat(pending.whole(id, "lab", "train.py", 0, NOW))
        .contains(Snapshot.ofFile(same, BOUNDS).hash());
  }

  private static void refused(ThrowingCallable call, String why) {
    assertThatThrownBy(call).isInstanceOf(CodeRefused.class).hasMessageContaining(why);
  }

  @Test
  void boundsHoldForAllFilesTogetherAndNothingIsLeftOfWhatWasRefused() throws Exception {
    String id = pending.begin("lab", NOW);
    refused(() -> put(id, "large", "x".repeat(21)), "more than 0 MiB");
    put(id, "one", "x".repeat(10));
    put(id, "two", "x".repeat(10));
    refused(() -> put(id, "three", "x"), "more than 0 MiB");
    put(id, "two", "");
    put(id, "three", "x");
    refused(() -> put(id, "four", ""), "more than 3 files");
    refused(() -> put(id, "../out", ""), "no path below");
    assertThat(left()).isEqualTo(3);
  }

  @Test
  void uploadThatNobodyGoesOnWithIsRemovedAfterAnHour() throws Exception {
    String idle = pending.begin("lab", NOW);
    put(idle, "file", "x");
    Instant later = NOW.plus(Duration.ofMinutes(50));
    String used = pending.begin("lab", NOW);
    pending.put(used, "file", text("x"), 0, later);
    pending.begin("lab", NOW.plus(Duration.ofMinutes(61)));
    assertThat(pending.bytes(idle, "file", later)).isEmpty();
    assertThat(pending.bytes(used, "file", later)).contains(1L);
    assertThat(left()).isEqualTo(1);
    assertThat(put(idle, "file", "x")).isFalse();
  }

  @Test
  void uploadBelongsToWhomItWasBegunForAndToTheRunOfTheServer() throws Exception {
    String id = pending.begin("lab", NOW);
    put(id, "file", "x");
    assertThat(pending.whole(id, "other", "", 0, NOW)).isEmpty();
    CodeStore again = CodeStore.open(folder.resolve("code"), BOUNDS);
    assertThat(again.pending().bytes(id, "file", NOW)).isEmpty();
    assertThat(left()).isZero();
  }

  @Test
  void uploadsAtOnceAreBounded() throws Exception {
    for (int i = 0; i < 200; i++) {
      pending.begin("lab", NOW);
    }
    refused(() -> pending.begin("lab", NOW), "200 uploads of code at once");
    pending.begin("lab", NOW.plus(Duration.ofHours(2)));
  }

  @Test
  void wholeUploadsAreNotAmongThoseAtOnceAndOnlyTheOldestAreForgotten() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 202; i++) {
      Instant now = NOW.plusMillis(i);
      String id = pending.begin("lab", now);
      ids.add(id);
      pending.put(id, "file", text("x"), 0, now);
      assertThat(pending.whole(id, "lab", "", 0, now)).isPresent();
    }
    String next = pending.begin("lab", NOW.plusSeconds(1));
    assertThat(pending.whole(ids.get(1), "lab", "", 0, NOW)).as("forgotten").isEmpty();
    assertThat(pending.whole(ids.get(2), "lab", "", 0, NOW)).isPresent();
    assertThat(put(next, "file", "x")).isTrue();
  }

  /// A file of one byte; something else happens before it has arrived.
  private static InputStream slow(Callable<?> meanwhile) {
    return new FilterInputStream(text("x")) {
      @Override
      public int read(byte[] into) throws IOException {
        try {
          meanwhile.call();
        } catch (Exception failure) {
          throw new IOException(failure);
        }
        return super.read(into);
      }
    };
  }

  @Test
  void fileThatArrivesAfterTheCodeWasWholeIsRefused() throws Exception {
    String id = pending.begin("lab", NOW);
    put(id, "file", "x");
    InputStream late = slow(() -> pending.whole(id, "lab", "", 0, NOW));
    refused(() -> pending.put(id, "late", late, 0, NOW), "whole already");
    assertThat(pending.bytes(id, "late", NOW)).isEmpty();
    assertThat(left()).isZero();
  }

  @Test
  void fileThatArrivesAfterItsUploadWasRemovedIsNotTaken() throws Exception {
    String id = pending.begin("lab", NOW);
    InputStream late = slow(() -> pending.begin("lab", NOW.plus(Duration.ofHours(2))));
    assertThat(pending.put(id, "late", late, 0, NOW)).isFalse();
    assertThat(left()).isZero();
    assertThat(folder.resolve("code/pending").resolve(id)).doesNotExist();
  }

  @Test
  void anotherFolderOfAnUploadThatIsWholeIsRefused() throws Exception {
    String id = pending.begin("lab", NOW);
    put(id, "a/file", "of a");
    put(id, "b/file", "of b");
    String hash = pending.whole(id, "lab", "a", 0, NOW).orElseThrow();
    refused(() -> pending.whole(id, "lab", "b", 0, NOW), "'b' is no longer there");
    refused(() -> pending.whole(id, "lab", "", 0, NOW), "'' is no longer there");
    assertThat(pending.whole(id, "lab", "a", 0, NOW)).contains(hash);
  }

  @Test
  void fileWhereAFolderIsOrBelowAFileIsRefused() throws Exception {
    String id = pending.begin("lab", NOW);
    put(id, "a", "x");
    put(id, "b/c/d", "x");
    refused(() -> put(id, "a/b", "x"), "'a' is a file and a folder at once");
    refused(() -> put(id, "a/b/c", "x"), "'a' is a file and a folder at once");
    refused(() -> put(id, "b", "x"), "'b' is a file and a folder at once");
    refused(() -> put(id, "b/c", "x"), "'b/c' is a file and a folder at once");
    assertThat(put(id, "b/c-d", "x")).isTrue();
    assertThat(left()).isEqualTo(3);
  }

  @Test
  void uploadThatNobodyGoesOnWithIsGoneAfterAnHourThoughNoOtherBegins() throws Exception {
    String id = pending.begin("lab", NOW);
    put(id, "file", "x");
    Instant later = NOW.plus(Duration.ofMinutes(61));
    assertThat(pending.bytes(id, "file", later)).isEmpty();
    assertThat(pending.put(id, "file", text("x"), 0, later)).isFalse();
    assertThat(pending.whole(id, "lab", "", 0, later)).isEmpty();
  }
}
