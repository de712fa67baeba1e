package ebb.app.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder as it is read, left out from and named by its content.
class SnapshotTest {
  @TempDir Path folder;

  private void file(String path, String content) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private Snapshot snapshot() throws Exception {
    return Snapshot.of(folder, Bounds.DEFAULT);
  }

  private List<String> paths() throws Exception {
    return snapshot().manifest().entries().stream().map(Manifest.Entry::path).toList();
  }

  private void rules(String name, String... lines) throws IOException {
    Files.write(folder.resolve(name), List.of(lines));
  }

  @Test
  void hashIsTheSameInEveryReleaseAndOnEveryMachine() throws Exception {
    file("train.py", "print('hello')\n");
    file("data/ä.txt", "");
    file("run.sh", "true\n");
    Files.setPosixFilePermissions(
        folder.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-x---"));
    Files.createSymbolicLink(folder.resolve("data/again"), Path.of("../train.py"));
    assertThat(snapshot().hash())
        .as("computed by an independent program from the description of the format")
        .isEqualTo("8e99ee420d9a3c95bed6faac19be142f64d33430fc89bdfb78e6502ac921ef72");
  }

  @Test
  void hashIsOfContentAlone() throws Exception {
    file("a/b", "text");
    String hash = snapshot().hash();
    Files.setLastModifiedTime(folder.resolve("a/b"), FileTime.fromMillis(0));
    Files.setPosixFilePermissions(
        folder.resolve("a/b"), PosixFilePermissions.fromString("rw-rw-rw-"));
    Files.createDirectory(folder.resolve("empty"));
    assertThat(snapshot().hash()).isEqualTo(hash);
    Files.setPosixFilePermissions(
        folder.resolve("a/b"), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(snapshot().hash()).as("executable").isNotEqualTo(hash);
    file("a/b", "texT");
    assertThat(snapshot().hash()).isNotEqualTo(hash);
  }

  @Test
  void entriesStandInTheOrderOfTheirBytes() throws Exception {
    for (String name : List.of("b", "a/c", "a.c", "B", "ﬀ", "😀")) {
      file(name, "");
    }
    assertThat(paths()).containsExactly("B", "a.c", "a/c", "b", "ﬀ", "😀");
  }

  @Test
  void sizeAndCountAreThoseOfWhatIsTaken() throws Exception {
    file("kept", "12345");
    file("big.bin", "1234567890");
    rules(".amlignore", "*.bin");
    assertThat(snapshot().size()).isEqualTo(2);
    assertThat(snapshot().bytes()).isEqualTo(5 + "*.bin\n".length());
  }

  @Test
  void amlignoreWinsOverGitignoreAndTheHistoryIsLeftOut() throws Exception {
    file("a.log", "");
    file("b.tmp", "");
    file(".git/config", "");
    file("sub/.git/config", "");
    rules(".gitignore", "*.log");
    assertThat(paths()).containsExactly(".gitignore", "b.tmp");
    rules(".amlignore", "*.tmp");
    assertThat(paths()).containsExactly(".amlignore", ".gitignore", "a.log");
  }

  @Test
  void foldersHaveRulesOfTheirOwnThatCountMoreThanThoseAround() throws Exception {
    for (String path : List.of("a.log", "sub/b.log", "sub/c.tmp", "sub/deep/d.tmp", "e.tmp")) {
      file(path, "");
    }
    rules(".gitignore", "*.log");
    rules("sub/.gitignore", "!b.log", "/c.tmp");
    assertThat(paths())
        .containsExactly(".gitignore", "e.tmp", "sub/.gitignore", "sub/b.log", "sub/deep/d.tmp");

    rules(".amlignore", "e.tmp"); // from here on git's do not count, wherever they are
    rules("sub/deep/.amlignore", "*");
    assertThat(paths())
        .containsExactly(
            ".amlignore", ".gitignore", "a.log", "sub/.gitignore", "sub/b.log", "sub/c.tmp");
  }

  @Test
  void rulesAreGits() throws Exception {
    for (String path :
        List.of(
            "build/out",
            "src/build/out",
            "root.txt",
            "src/root.txt",
            "a.o",
            "keep.o",
            "doc/x.md",
            "doc/deep/y.md",
            "src/deep/z.md",
            "logs/old/1",
            "#note",
            "sp ace",
            "file1",
            "file2",
            "fileA",
            "!bang",
            "only",
            "src/only/x",
            "none/keep")) {
      file(path, "");
    }
    rules(
        ".amlignore",
        "# a remark",
        "",
        "build/",
        "/root.txt",
        "*.o",
        "!keep.o",
        "doc/*.md",
        "**/deep/z.md",
        "logs/**",
        "\\#note",
        "sp\\ ace",
        "file[0-9]",
        "\\!bang",
        "only/",
        "none/",
        "!none/keep");
    assertThat(paths())
        .containsExactly(".amlignore", "doc/deep/y.md", "fileA", "keep.o", "only", "src/root.txt");
  }

  @Test
  void linksInTheFolderAreKeptAsLinks() throws Exception {
    file("a/b/file", "");
    Files.createSymbolicLink(folder.resolve("a/up"), Path.of("../a/b/file"));
    Files.createSymbolicLink(folder.resolve("a/b/same"), Path.of(".."));
    Files.createSymbolicLink(folder.resolve("a/b/top"), Path.of("../.././a"));
    assertThat(paths()).containsExactly("a/b/file", "a/b/same", "a/b/top", "a/up");
  }

  @Test
  void linksThatMayLeadOutAreRefused() throws Exception {
    Files.createDirectories(folder.resolve("a/b"));
    Path link = folder.resolve("a/link");
    for (String target :
        List.of("/etc/passwd", "../../x", "b/../../..", "b/..", "../../etc", "./../..")) {
      Files.createSymbolicLink(link, Path.of(target));
      assertThatThrownBy(this::snapshot)
          .as(target)
          .isInstanceOf(CodeRefused.class)
          .hasMessageContaining("a/link");
      Files.delete(link);
    }
  }

  @Test
  void tooManyFilesAndTooManyBytesAreRefused() throws Exception {
    file("a", "12345");
    file("b", "12345");
    assertThatThrownBy(() -> Snapshot.of(folder, new Bounds(1, 100)))
        .isInstanceOf(CodeRefused.class)
        .hasMessageContaining("more than 1 files");
    assertThatThrownBy(() -> Snapshot.of(folder, new Bounds(2, 9))).isInstanceOf(CodeRefused.class);
    assertThat(Snapshot.of(folder, new Bounds(2, 10)).size()).isEqualTo(2);
  }

  @Test
  void fileThatChangedIsNoticedWhenItIsSent() throws Exception {
    file("a", "12345");
    Snapshot before = snapshot();
    file("a", "123456");
    assertThatThrownBy(() -> before.writeTo(new ByteArrayOutputStream()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whoCountsWhatIsReadCountsTheContentAndNothingElse() throws Exception {
    for (int i = 0; i < 300; i++) {
      file("small/" + i, "0123456789");
    }
    AtomicLong read = new AtomicLong();
    Snapshot snapshot = Snapshot.of(folder, Bounds.DEFAULT, in -> new Counted(in, read));
    assertThat(read.get()).isEqualTo(snapshot.bytes()).isEqualTo(3_000);

    read.set(0);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeTo(out, in -> new Counted(in, read));
    assertThat(read.get()).isEqualTo(snapshot.bytes());
    assertThat(out.size()).as("with a header for each").isGreaterThan(300 * 1_000);

    read.set(0);
    Snapshot.ofFile(folder.resolve("small/7"), Bounds.DEFAULT, in -> new Counted(in, read));
    assertThat(read.get()).isEqualTo(10);
  }

  private static final class Counted extends FilterInputStream {
    private final AtomicLong read;

    Counted(InputStream in, AtomicLong read) {
      super(in);
      this.read = read;
    }

    @Override
    public int read() throws IOException {
      int one = in.read();
      read.addAndGet(one < 0 ? 0 : 1);
      return one;
    }

    @Override
    public int read(byte[] some, int from, int most) throws IOException {
      int count = in.read(some, from, most);
      read.addAndGet(Math.max(0, count));
      return count;
    }
  }

  @Test
  void streamHasWhatTheFolderHas() throws Exception {
    file("deep/" + "x".repeat(200) + "/ä", "text");
    file("run", "");
    folder.resolve("run").toFile().setExecutable(true);
    Files.createSymbolicLink(folder.resolve("link"), Path.of("run"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Snapshot snapshot = snapshot();
    snapshot.writeTo(out);
    Manifest read =
        CodeArchive.read(
            new ByteArrayInputStream(out.toByteArray()),
            Bounds.DEFAULT,
            new CodeArchive.Writer(new ByteArrayOutputStream()));
    assertThat(read.hash()).isEqualTo(snapshot.hash());
  }
}
