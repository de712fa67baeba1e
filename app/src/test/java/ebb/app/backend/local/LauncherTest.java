package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several processes on a node, started by the shells that stand behind `/bin/sh` on Debian and on
/// others. Signals come at other instants in each try.
class LauncherTest {
  /// `-Debb.tries=100` tries longer.
  private static final int TRIES = Integer.getInteger("ebb.tries", 25);

  @TempDir Path folder;

  private TreeMap<Integer, Integer> codes(String shell, String line, int tries) throws Exception {
    assumeTrue(Files.isExecutable(Path.of(shell)), shell + " is not installed");
    List<String> command = new ArrayList<>(List.of("setsid", "--wait"));
    command.addAll(Launcher.of(3, List.of("/bin/sh", "-c", line)));
    command.set(2, shell);
    TreeMap<Integer, Integer> codes = new TreeMap<>();
    for (int i = 0; i < tries; i++) {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("printed").toFile()));
      builder.environment().put("RANK", "0");
      Process process = builder.start();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
      codes.merge(process.exitValue(), 1, Integer::sum);
    }
    return codes;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bin/bash", "/bin/dash"})
  void codeOfTheProcessThatFailedIsTheTasksEachTime(String shell) throws Exception {
    String line = "if [ $LOCAL_RANK = 1 ]; then exit 7; fi; sleep 600";
    assertThat(codes(shell, line, TRIES)).containsOnlyKeys(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bin/bash", "/bin/dash"})
  void signalIsACodeTooAndAllThatEndWellEndWell(String shell) throws Exception {
    String killed = "if [ $LOCAL_RANK = 2 ]; then kill -9 $$; fi; sleep 600";
    assertThat(codes(shell, killed, 3)).containsOnlyKeys(137);
    assertThat(codes(shell, "echo rank $RANK", 1)).containsOnlyKeys(0);
    assertThat(Files.readString(folder.resolve("printed"))).contains("rank 0", "rank 1", "rank 2");
  }
}
