package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What shells offer of a line that is half typed; fish itself is asked.
class CompletionTest {
  @TempDir Path folder;

  @Test
  void fishOffersCommandsAndTheirOptions() throws Exception {
    assumeTrue(
        new ProcessBuilder("sh", "-c", "command -v fish").start().waitFor() == 0,
        "fish is not installed");
    Typed.Said said = new Typed(folder, folder.resolve("home")).ebb("generate-completion --fish");
    assertThat(said.code()).as(said.err()).isZero();
    Files.writeString(folder.resolve("ebb.fish"), said.out());

    assertThat(offered("ebb ")).contains("run\t", "ml\t", "top\t").doesNotContain("ebb.fish");
    assertThat(offered("ebb ml computet")).startsWith("computetarget");
    assertThat(offered("ebb -w lab ml compute l")).contains("list-nodes").doesNotContain("run\t");
    assertThat(offered("ebb run --clu")).startsWith("--cluster\t");
    assertThat(offered("ebb top --on")).startsWith("--once\tShows them once");
    assertThat(offered("ebb ml job list -o js")).contains("json", "jsonc");
    assertThat(offered("ebb ml job create -f eb")).startsWith("ebb.fish");
  }

  private String offered(String line) throws Exception {
    Path out = folder.resolve("out");
    ProcessBuilder fish =
        new ProcessBuilder("fish", "-c", "source ebb.fish; complete -C \"$argv[1]\"", line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    fish.environment().put("HOME", folder.toString());
    assertThat(fish.start().waitFor()).as(line).isZero();
    return Files.readString(out);
  }
}
