package ebb.app.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.app.files.Room;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the store takes, what it refuses, and what comes out of it again.
class CodeStoreTest {
  private static final Bounds BOUNDS = new Bounds(100, 1 << 20);

  @TempDir Path folder;
  private CodeStore store;
  private Path source;

  @BeforeEach
  void open() throws Exception {
    store = CodeStore.open(folder.resolve("code"), BOUNDS);
    source = Files.createDirectory(folder.resolve("source"));
    Files.createDirectories(source.resolve("a/b"));
    Files.writeString(source.resolve("a/b/train.py"), "print(1)\n");
    Files.writeString(source.resolve("run.sh"), "true\n");
    source.resolve("run.sh").toFile().setExecutable(true);
    Files.createSymbolicLink(source.resolve("a/again"), Path.of("../run.sh"));
  }

  private Snapshot snapshot() throws Exception {
    return Snapshot.of(source, BOUNDS);
  }

  private static byte[] stream(Snapshot snapshot) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeTo(out);
    return out.toByteArray();
  }

  private boolean put(String hash, byte[] bytes) throws Exception {
    return store.put(hash, new ByteArrayInputStream(bytes), 0);
  }

  private List<String> kept() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("code"))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void whatWasTakenIsUnpackedAsItWas() throws Exception {
    Snapshot snapshot = snapshot();
    assertThat(store.has(snapshot.hash())).isFalse();
    assertThat(put(snapshot.hash(), stream(snapshot))).isTrue();
    assertThat(put(snapshot.hash(), stream(snapshot))).as("again").isFalse();
    assertThat(store.has(snapshot.hash())).isTrue();
    Path into = Files.createDirectory(folder.resolve("into"));
    CodeStore.open(folder.resolve("code"), BOUNDS)
        .unpack(snapshot.hash(), into, new Room(folder, 0));
    assertThat(Snapshot.of(into, BOUNDS).hash()).isEqualTo(snapshot.hash());
    assertThat(into.resolve("run.sh").toFile().canExecute()).isTrue();
    assertThat(into.resolve("a/again")).isSymbolicLink();
  }

  private String kept(int number) throws Exception {
    Files.writeString(source.resolve("run.sh"), "echo " + number + "\n");
    Snapshot snapshot = snapshot();
    put(snapshot.hash(), stream(snapshot));
    return snapshot.hash();
  }

  @Test
  void whereFilesAreIsRememberedOfAsManySnapshotsAsAreReadInTurnsAndOfNoMore() throws Exception {
    List<String> hashes = new ArrayList<>();
    List<SnapshotContents> first = new ArrayList<>();
    for (int i = 0; i < CodeStore.CONTENTS_MAX; i++) {
      hashes.add(kept(i));
      first.add(store.contents(hashes.get(i)));
    }
    for (int i = 0; i < CodeStore.CONTENTS_MAX; i++) {
      assertThat(store.contents(hashes.get(i))).isSameAs(first.get(i));
    }
    store.contents(kept(-1));
    assertThat(store.contents(hashes.get(1))).isSameAs(first.get(1));
    assertThat(store.contents(hashes.get(0))).as("read longest ago").isNotSameAs(first.get(0));

    store.removeUnused(Long.MAX_VALUE, () -> Set.of(), true);
    kept(1);
    assertThat(store.contents(hashes.get(1))).as("sent again").isNotSameAs(first.get(1));
  }

  @Test
  void streamThatIsCutIsNotThere() throws Exception {
    Snapshot snapshot = snapshot();
    byte[] whole = stream(snapshot);
    for (int length : List.of(0, 1, 511, 512, 700, 1024, 1500)) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> put(snapshot.hash(), cut))
          .as("cut at " + length)
          .isInstanceOf(CodeRefused.class);
    }
    byte[] noTar = "no tar ".repeat(1_000).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> put(snapshot.hash(), noTar))
        .isInstanceOf(CodeRefused.class)
        .hasMessageContaining("This is no tar stream");
    assertThat(kept()).isEmpty();
    assertThat(put(snapshot.hash(), whole)).as("repeated whole").isTrue();
  }

  @Test
  void whatAKilledServerLeftIsRemovedAndTheSendingRepeated() throws Exception {
    Snapshot snapshot = snapshot();
    Files.write(
        folder.resolve("code/incoming").resolve(snapshot.hash() + ".1"),
        Arrays.copyOf(stream(snapshot), 700));
    store = CodeStore.open(folder.resolve("code"), BOUNDS);
    assertThat(kept()).isEmpty();
    assertThat(store.has(snapshot.hash())).isFalse();
    assertThat(put(snapshot.hash(), stream(snapshot))).isTrue();
  }

  @Test
  void senderThatBreaksOffLeavesNothing() throws Exception {
    Snapshot snapshot = snapshot();
    InputStream broken =
        new FilterInputStream(new ByteArrayInputStream(stream(snapshot))) {
          private int left = 900;

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            if (left <= 0) {
              throw new IOException("gone");
            }
            int read = super.read(into, offset, Math.min(length, left));
            left -= read;
            return read;
          }
        };
    assertThatThrownBy(() -> store.put(snapshot.hash(), broken, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("gone");
    assertThat(kept()).isEmpty();
  }

  @Test
  void anotherContentThanTheHashIsRefused() throws Exception {
    String hash = "0".repeat(64);
    assertThatThrownBy(() -> put(hash, stream(snapshot())))
        .isInstanceOfSatisfying(
            CodeRefused.class,
            refused -> assertThat(refused.kind()).isEqualTo(CodeRefused.Kind.ANOTHER_HASH));
    assertThat(kept()).isEmpty();
  }

  @Test
  void nothingIsTakenThatWouldFillTheDisk() throws Exception {
    Snapshot snapshot = snapshot();
    byte[] bytes = stream(snapshot);
    assertThatThrownBy(
            () -> store.put(snapshot.hash(), new ByteArrayInputStream(bytes), Long.MAX_VALUE / 2))
        .isInstanceOfSatisfying(
            CodeRefused.class,
            refused -> assertThat(refused.kind()).isEqualTo(CodeRefused.Kind.NO_ROOM));
    assertThat(kept()).isEmpty();
  }

  private void refuses(String what, Consumer<TarArchiveOutputStream> archive) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      archive.accept(tar);
    }
    assertThatThrownBy(() -> put("0".repeat(64), bytes.toByteArray()))
        .as(what)
        .isInstanceOf(CodeRefused.class)
        .satisfies(
            refused -> assertThat(refused.getMessage()).as(what).doesNotContain("has the hash"));
    assertThat(kept()).as(what).isEmpty();
    assertThat(folder.resolve("evil")).as(what).doesNotExist();
  }

  private static void add(TarArchiveOutputStream tar, String path, byte type, String target) {
    try {
      TarArchiveEntry entry = new TarArchiveEntry(path, type, true);
      byte[] content = "x".getBytes(StandardCharsets.UTF_8);
      entry.setLinkName(target);
      entry.setSize(type == TarConstants.LF_NORMAL ? content.length : 0);
      tar.putArchiveEntry(entry);
      if (type == TarConstants.LF_NORMAL) {
        tar.write(content);
      }
      tar.closeArchiveEntry();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  @Test
  void archiveThatLeadsOutOfItsFolderIsRefused() throws Exception {
    for (String path : List.of("../evil", "/evil", "a/../../evil", "./evil", "a//evil", "a/..")) {
      refuses(path, tar -> add(tar, path, TarConstants.LF_NORMAL, ""));
    }
    for (String target : List.of("/etc", "..", "../evil", "x/../../evil", "a/..")) {
      refuses("link to " + target, tar -> add(tar, "link", TarConstants.LF_SYMLINK, target));
    }
    refuses(
        "through a link",
        tar -> {
          add(tar, "a", TarConstants.LF_SYMLINK, "b");
          add(tar, "a/evil", TarConstants.LF_NORMAL, "");
        });
    refuses(
        "a link in the place of a folder",
        tar -> {
          add(tar, "a/evil", TarConstants.LF_NORMAL, "");
          add(tar, "a", TarConstants.LF_SYMLINK, "b");
        });
    refuses(
        "twice",
        tar -> {
          add(tar, "a", TarConstants.LF_NORMAL, "");
          add(tar, "a", TarConstants.LF_NORMAL, "");
        });
  }

  @Test
  void whatIsNeitherFileNorLinkIsRefused() throws Exception {
    for (byte type :
        List.of(
            TarConstants.LF_LINK, TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO)) {
      refuses("type " + (char) type, tar -> add(tar, "a", type, "b"));
    }
  }

  @Test
  void boundsHoldWhileItArrives() throws Exception {
    refuses(
        "too many files",
        tar -> {
          for (int i = 0; i <= BOUNDS.entries(); i++) {
            add(tar, "file-" + i, TarConstants.LF_NORMAL, "");
          }
        });
    refuses(
        "a name without end",
        tar -> add(tar, "x/".repeat(10_000) + "y", TarConstants.LF_NORMAL, ""));
    byte[] header = new byte[10_240];
    TarArchiveEntry large = new TarArchiveEntry("large", TarConstants.LF_NORMAL, true);
    large.setSize(BOUNDS.bytes() + 1);
    large.writeEntryHeader(header);
    assertThatThrownBy(() -> put("0".repeat(64), header))
        .isInstanceOfSatisfying(
            CodeRefused.class,
            refused -> assertThat(refused.kind()).isEqualTo(CodeRefused.Kind.TOO_LARGE));
  }

  @Test
  void damagedFileIsNotUnpacked() throws Exception {
    Snapshot snapshot = snapshot();
    put(snapshot.hash(), stream(snapshot));
    Path file = folder.resolve("code").resolve(snapshot.hash() + ".tar");
    byte[] bytes = Files.readAllBytes(file);
    int content = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("print(1)");
    bytes[content] ^= 1;
    Files.write(file, bytes);
    Path into = Files.createDirectory(folder.resolve("into"));
    assertThatThrownBy(() -> store.unpack(snapshot.hash(), into, new Room(folder, 0)))
        .hasMessageContaining("damaged");
    assertThat(Files.exists(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void ofTwoWhoSendOneTheFirstStaysAsItIsRead() throws Exception {
    Snapshot snapshot = snapshot();
    byte[] first = stream(snapshot);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
      // In another order.
      for (String path : List.of("run.sh", "a/b/train.py")) {
        TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_NORMAL, true);
        byte[] content = Files.readAllBytes(source.resolve(path));
        entry.setSize(content.length);
        entry.setMode(path.equals("run.sh") ? 0755 : 0644);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
      add(tar, "a/again", TarConstants.LF_SYMLINK, "../run.sh");
    }
    List<SnapshotContents> read = new ArrayList<>();
    InputStream second =
        new FilterInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            if (read.isEmpty()) {
              try {
                assertThat(put(snapshot.hash(), first)).isTrue();
              } catch (Exception failure) {
                throw new IOException(failure);
              }
              read.add(store.contents(snapshot.hash()));
            }
            return super.read(into, offset, length);
          }
        };
    assertThat(store.put(snapshot.hash(), second, 0)).as("is there by then").isFalse();
    SnapshotContents.Place place = read.getFirst().files().get("a/b/train.py");
    ByteBuffer content = ByteBuffer.allocate((int) place.bytes());
    try (FileChannel archive = store.contents(snapshot.hash()).open()) {
      archive.read(content, place.offset());
    }
    assertThat(new String(content.array(), StandardCharsets.UTF_8)).isEqualTo("print(1)\n");
  }
}
