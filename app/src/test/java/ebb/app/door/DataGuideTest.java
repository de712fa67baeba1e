package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The guide to code and data, typed as it stands there.
class DataGuideTest {
  private static final Pattern BLOCK = Pattern.compile("(?s)```sh\n(.*?)```");
  @TempDir Path folder;

  private static String guide() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs/data.md"))) {
      root = root.getParent();
    }
    return Files.readString(root.resolve("docs/data.md"));
  }

  @Test
  void everyCommandOfTheGuideWorks() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      String lab = "/ebb/v1/workspaces/my-subscription/my-group/lab";
      server.put(lab, "{\"location\":\"eastus\"}");
      server.put(lab + "/clusters/cpu", "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":60}");
      Path person = Files.createDirectories(folder.resolve("person"));
      Files.createSymbolicLink(person.resolve(".ebb"), server.home());
      List<String> blocks = new ArrayList<>();
      BLOCK.matcher(guide()).results().forEach(block -> blocks.add(block.group(1)));
      assertThat(blocks).hasSizeGreaterThan(3);
      String script =
          "set -e\n"
              + String.join("\n", blocks).replace("127.0.0.1:7070", "127.0.0.1:" + server.port());
      ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", script).redirectErrorStream(true);
      shell.environment().put("HOME", person.toString());
      Path out = folder.resolve("out");
      int code = shell.redirectOutput(out.toFile()).start().waitFor();
      String printed = Files.readString(out);
      assertThat(code).as(printed).isZero();
      assertThat(printed)
          .contains("*".repeat(21))
          .doesNotContain("correct horse")
          .contains("}42\n", "\"path\":\"outputs/answer\"", "0.1\n", "}1\n");
    }
  }
}
