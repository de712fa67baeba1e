package ebb.app.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that somebody else may change while they are looked at.
class TreeTest {
  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void plant() throws Exception {
    root = Files.createDirectories(folder.resolve("root"));
    Files.createDirectories(root.resolve("a/b"));
    Files.writeString(root.resolve("a/b/file"), "inside");
    Files.createDirectories(folder.resolve("outside"));
    Files.writeString(folder.resolve("outside/file"), "secret");
  }

  private String read(String path) throws IOException {
    try (InputStream in = Channels.newInputStream(new Tree(root).open(path))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> visited() throws IOException {
    List<String> paths = new ArrayList<>();
    new Tree(root).visit("a", found -> paths.add(found.path()));
    return paths;
  }

  @Test
  void filesAreVisitedByHowTheirPathsBegin() throws Exception {
    Files.writeString(root.resolve("a/bare"), "");
    Files.writeString(root.resolve("b"), "");
    for (String prefix :
        List.of("a/b", "a/b/", "a/b/f", "a/bare", "a", "", "c", "a/c/", "a/b/file/")) {
      TreeSet<String> found = new TreeSet<>();
      try {
        new Tree(root).visitBeginning(prefix, each -> found.add(each.path()));
      } catch (PathRefused file) {
        assertThat(prefix).isEqualTo("a/b/file/");
      }
      assertThat(found)
          .as(prefix)
          .isEqualTo(
              Stream.of("a/b/file", "a/bare", "b")
                  .filter(path -> path.startsWith(prefix))
                  .collect(Collectors.toCollection(TreeSet::new)));
    }
    assertThatThrownBy(() -> new Tree(root).visitBeginning("../o", _ -> true))
        .isInstanceOf(PathRefused.class);
  }

  @Test
  void plainFilesAreOpenedAndNothingElseIs() throws Exception {
    assertThat(read("a/b/file")).isEqualTo("inside");
    Files.createSymbolicLink(root.resolve("a/link"), folder.resolve("outside/file"));
    Files.createSymbolicLink(root.resolve("a/folder"), folder.resolve("outside"));
    new ProcessBuilder("mkfifo", root.resolve("a/pipe").toString()).start().waitFor();
    for (String path :
        List.of(
            "a/link",
            "a/folder/file",
            "a/pipe",
            "a/b",
            "../outside/file",
            "a/../../outside/file",
            "/etc/passwd",
            "",
            "a/./b/file",
            "a//b/file",
            "a/b/file/x",
            "a\0")) {
      assertThatThrownBy(() -> read(path)).as(path).isInstanceOf(PathRefused.class);
    }
    assertThatThrownBy(() -> read("a/absent")).isInstanceOf(NoSuchFileException.class);
    assertThat(visited()).containsExactly("a/b/file");
  }

  @Test
  void folderThatIsReplacedByALinkWhileItIsReadLeadsNowhere() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("outside"));
    Path real = root.resolve("a/b");
    Thread attacker =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                swap(real, folder.resolve("kept"), folder.resolve("link"));
              }
            });
    try {
      int inside = 0;
      for (int i = 0; i < 2_000; i++) {
        try {
          String text = read("a/b/file");
          assertThat(text).isEqualTo("inside");
          inside++;
        } catch (IOException refused) {
          assertThat(refused).isNotNull(); // a link, or nothing, stood there
        }
      }
      assertThat(inside).as("the file could be read now and then").isPositive();
    } finally {
      over.set(true);
      attacker.join();
    }
  }

  private static void swap(Path real, Path kept, Path link) {
    try {
      Files.move(real, kept, StandardCopyOption.ATOMIC_MOVE);
      Files.move(link, real, StandardCopyOption.ATOMIC_MOVE);
      Files.move(real, link, StandardCopyOption.ATOMIC_MOVE);
      Files.move(kept, real, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException impossible) {
      throw new IllegalStateException(impossible);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @Test
  void foldersAreMadeAndNeverThroughALink() throws Exception {
    new Tree(root).make("a/new/deep", null);
    new Tree(root).make("a/new/deep", null); // is there, and that is fine
    assertThat(root.resolve("a/new/deep")).isEmptyDirectory();
    Files.createSymbolicLink(root.resolve("a/link"), folder.resolve("outside"));
    for (String path : List.of("a/link", "a/link/evil", "../evil", "a/b/file", "a/b/file/x")) {
      assertThatThrownBy(() -> new Tree(root).make(path, null))
          .as(path)
          .isInstanceOf(PathRefused.class);
    }
    assertThat(folder.resolve("outside/evil")).doesNotExist();
    assertThat(root).isDirectoryNotContaining("glob:**/.ebb-*");
  }

  @Test
  void copyHasPlainFilesOnly() throws Exception {
    Files.createSymbolicLink(root.resolve("a/link"), folder.resolve("outside/file"));
    Path into = folder.resolve("copy");
    new Tree(root).copy("a", into, new Room(folder, 0));
    assertThat(into.resolve("b/file")).hasContent("inside");
    assertThat(into.resolve("link")).doesNotExist();
    assertThatThrownBy(
            () -> new Tree(root).copy("a/link", folder.resolve("x"), new Room(folder, 0)))
        .isInstanceOf(PathRefused.class);
    assertThatThrownBy(() ->
            new Tree(root).copy("a", folder.resolve("full"), new Room(folder, Long.MAX_VALUE / 2)))
        .isInstanceOf(Room.TooLittle.class);
  }

  @Test
  void removingLeavesWhatLinksLeadTo() throws Exception {
    Files.createSymbolicLink(root.resolve("a/link"), folder.resolve("outside"));
    Files.createSymbolicLink(root.resolve("top"), folder.resolve("outside/file"));
    new Tree(root).delete();
    assertThat(root).doesNotExist();
    assertThat(folder.resolve("outside/file")).hasContent("secret");
    new Tree(root).delete(); // nothing is there, and that is fine
  }

  @Test
  void removingSomeLeavesTheOthersAndWhatLinksLeadTo() throws Exception {
    Files.createSymbolicLink(root.resolve("link"), folder.resolve("outside"));
    Files.createDirectory(root.resolve("kept"));
    new Tree(root).deleteOnly(Set.of("link", "a", "absent"));
    assertThat(root).isDirectoryContaining("glob:**/kept").isDirectoryNotContaining("glob:**/a");
    assertThat(root.resolve("link")).doesNotExist();
    assertThat(folder.resolve("outside/file")).hasContent("secret");
  }

  @Test
  void foldersThatAreDeeperThanAnyPathAreRemoved() throws Exception {
    // 200 levels of names that no path can hold together.
    String name = "d".repeat(100);
    new ProcessBuilder(
            "sh",
            "-c",
            "n=0; while [ $n -lt 200 ]; do mkdir %s && cd -P %s || exit 1; n=$((n+1)); done"
                .formatted(name, name))
        .directory(root.toFile())
        .start()
        .waitFor();
    assertThat(root.resolve(name).resolve(name)).isDirectory();
    assertThat(visited()).containsExactly("a/b/file");
    new Tree(root).delete();
    assertThat(root).doesNotExist();
  }

  @Test
  void folderIsRemovedWhoseJobHasClosedItOrTakenTheNamesThatDeepOnesGet() throws Exception {
    run("mkdir -p .deep-0/x .deep-1 && touch .deep-2", root);
    String deep = "/d".repeat(70);
    // In whatever order the system has them, one of these comes before the names above.
    run("for n in $(seq 20); do mkdir -p x$n%s; done".formatted(deep), root);
    run("cd a && mkdir empty unread && touch unread/x && chmod 0 empty unread", root);
    run("chmod 555 a/b a . && chmod 333 x1", root);
    new Tree(root).delete();
    assertThat(root).doesNotExist();
  }

  /// Root may look into any folder.
  @Test
  void folderThatIsClosedIsPassedOverAndNeverCopiedInPart() throws Exception {
    run("mkdir a/closed && touch a/closed/x && chmod 0 a/closed", root);
    boolean isRoot = Files.isReadable(root.resolve("a/closed"));
    assertThat(visited())
        .containsExactlyInAnyOrderElementsOf(
            isRoot ? List.of("a/b/file", "a/closed/x") : List.of("a/b/file"));
    if (!isRoot) {
      assertThatThrownBy(
              () -> new Tree(root).copy("a", folder.resolve("copy"), new Room(folder, 0)))
          .isInstanceOf(AccessDeniedException.class);
    }
    new Tree(root).delete();
  }

  private static void run(String command, Path in) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", command).directory(in.toFile()).start();
    assertThat(process.waitFor()).as(command).isZero();
  }
}
