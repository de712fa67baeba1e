package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a newcomer sees first, and the example that it runs.
class DemoTest {
  @TempDir Path folder;

  private static Path examples() throws IOException {
    Path root = Path.of("").toRealPath();
    while (!Files.exists(root.resolve("examples"))) {
      root = root.getParent();
    }
    return root.resolve("examples");
  }

  @Test
  void demoShowsScoresNodesAndTheBillAndLeavesNothingBehind() throws Exception {
    Path launcher = folder.resolve("ebb");
    String java = String.join("' '", Program.java("-Xmx128m"));
    Files.writeString(launcher, "#!/bin/sh\nexec '" + java + "' ebb.app.Main \"$@\"\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(folder.resolve("examples"), examples());
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    Typed typed =
        new Typed(folder, folder.resolve("unused"))
            .with("ebb.launcher", launcher.toString())
            .with("java.io.tmpdir", temporary.toString());

    Typed.Said demo = typed.ebb("demo --epochs 20");

    assertThat(demo.code()).as(demo.out() + demo.err()).isZero();
    assertThat(demo.out())
        .contains("$ ebb ml computetarget create amlcompute --name testcluster")
        .contains("started again: 4 jobs are known")
        .containsPattern("rate-0-3 +9\\d\\.\\d % right, 0\\.\\d+ USD by list price")
        .containsPattern("nodes +[0-3]*[1-3]")
        .containsPattern("(?m)^total +0\\.00")
        .contains("What to try next");
    assertThat(
            Pattern.compile("(?m)^(\\d+)\\.(\\d+) +[b#<-]")
                .matcher(demo.out())
                .results()
                .map(node ->
                    Long.parseLong(node.group(1)) * 1_000_000 + Long.parseLong(node.group(2))))
        .hasSizeGreaterThan(2)
        .isSorted();
    try (var left = Files.list(temporary)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("ebb-demo")))
          .isEmpty();
    }
    assertThat(folder.resolve("unused")).doesNotExist();
    Path numbers = Path.of("/var/lib/ebb-task-users"); // where root's servers say whom tasks run as
    if (Files.isReadable(numbers)) {
      try (var files = Files.walk(numbers)) {
        for (Path file : files.filter(each -> each.toString().matches(".*[0-9a-f]")).toList()) {
          if (Files.isRegularFile(file)) {
            assertThat(file).content().doesNotContain(temporary.toString());
          }
        }
      }
    }
  }

  @Test
  void interruptedTrainingEndsWithTheSameNetworkAsOneThatWasNot() throws Exception {
    Path whole = Files.createDirectory(folder.resolve("whole"));
    Path interrupted = Files.createDirectory(folder.resolve("interrupted"));
    train(whole, 30);
    train(interrupted, 10);
    assertThat(train(interrupted, 30)).startsWith("resumes at epoch 10\n");
    assertThat(interrupted.resolve("outputs/checkpoint.bin"))
        .hasSameBinaryContentAs(whole.resolve("outputs/checkpoint.bin"));
    assertThat(Double.parseDouble(Files.readString(whole.resolve("outputs/score.txt"))))
        .isGreaterThan(0.9);
  }

  private static String train(Path in, int epochs) throws Exception {
    Path example = examples().resolve("digits");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(example.resolve("Train.java").toString());
    command.addAll(List.of("--data", example.resolve("digits.csv.gz").toString()));
    command.addAll(List.of("--epochs", String.valueOf(epochs)));
    Path out = in.resolve("out");
    Process process =
        new ProcessBuilder(command)
            .directory(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(out)).isZero();
    return Files.readString(out);
  }
}
