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

/// The guide to code and data, and the page of the HTTP API, typed as they stand there.
class DataGuideTest {
  private static final Pattern BLOCK = Pattern.compile("(?s)```sh\n(.*?)```");
  @TempDir Path folder;

  private static String guide(String name) throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve(name))) {
      root = root.getParent();
    }
    return Files.readString(root.resolve(name));
  }

  @Test
  void everyCommandOfTheGuideWorks() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      String lab = "/ebb/v1/workspaces/my-subscription/my-group/lab";
      server.put(lab, "{\"location\":\"eastus\"}");
      server.put(lab + "/clusters/cpu", "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":60}");
      assertThat(typed(server, "docs/data.md", "set -e\n"))
          .contains("*".repeat(21))
          .doesNotContain("correct horse")
          .contains("}42\n", "\"path\":\"outputs/answer\"", "0.1\n", "}1\n");
    }
  }

  /// Each as the page before it has left things, and what is refused fails.
  @Test
  void everyRequestOfTheApisPageWorksFromTopToBottom() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      String strict = "set -e\ncurl() { command curl -sS --fail-with-body \"$@\" && echo; }\n";
      assertThat(typed(server, "docs/api.md", strict))
          .contains("event: log", "hello\n", "\"path\":\"outputs/model\"", "\n1\n");
    }
  }

  private String typed(ServedHome server, String guide, String before) throws Exception {
    Path person = Files.createDirectories(folder.resolve("person"));
    Files.createSymbolicLink(person.resolve(".ebb"), server.home());
    List<String> blocks = new ArrayList<>();
    BLOCK.matcher(guide(guide)).results().forEach(block -> blocks.add(block.group(1)));
    assertThat(blocks).hasSizeGreaterThan(3);
    String script =
        before + String.join("\n", blocks).replace("127.0.0.1:7070", "127.0.0.1:" + server.port());
    ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", script).redirectErrorStream(true);
    shell.environment().put("HOME", person.toString());
    Path out = folder.resolve("out");
    int code = shell.redirectOutput(out.toFile()).start().waitFor();
    String printed = Files.readString(out);
    assertThat(code).as(printed).isZero();
    return printed;
  }
}
