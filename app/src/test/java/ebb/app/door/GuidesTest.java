package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The guides for the three users, typed as they stand there, on a server that the first command
/// starts.
class GuidesTest {
  private static final Pattern BLOCK = Pattern.compile("(?s)```sh\n(.*?)```");
  @TempDir Path folder;

  private static String guide(String name) throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs").resolve(name))) {
      root = root.getParent();
    }
    return Files.readString(root.resolve("docs").resolve(name));
  }

  private String typed(String guide) throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Path launcher = bin.resolve("ebb");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec '%s' '-Debb.launcher=%s' ebb.app.Main \"$@\"\n"
            .formatted(String.join("' '", Program.java("-Xmx128m")), launcher));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    List<String> blocks = new ArrayList<>();
    BLOCK.matcher(guide(guide)).results().forEach(block -> blocks.add(block.group(1)));
    assertThat(blocks).hasSizeGreaterThan(2);
    Path out = folder.resolve("out");
    ProcessBuilder shell =
        new ProcessBuilder("/bin/sh", "-ec", String.join("\n", blocks))
            .directory(Files.createDirectory(folder.resolve("here")).toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    shell.environment().put("EBB_HOME", folder.resolve("home").toString());
    shell.environment().put("XDG_CONFIG_HOME", folder.resolve("config").toString());
    shell.environment().merge("PATH", bin.toString(), (old, added) -> added + ":" + old);
    int code = shell.start().waitFor();
    String printed = Files.readString(out);
    assertThat(code).as(printed).isZero();
    return printed;
  }

  @AfterEach
  void stop() throws Exception {
    new Typed(folder, folder.resolve("home")).ebb("serve --stop");
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      String line = process.info().commandLine().orElse("");
      if (line.contains(folder.resolve("home/agent").toString())) {
        process.destroyForcibly();
      }
    }
    ServedHome.giveUpUserNumbers(folder.resolve("home"));
  }

  @Test
  void everyCommandForDataScientistsWorks() throws Exception {
    assertThat(typed("guide-data-scientist.md"))
        .contains("starting one", "hello\n", "rate 0.1\n", "0.97\n", "5.1,3.5,setosa\n");
  }

  @Test
  void everyCommandForPlatformEngineersWorks() throws Exception {
    assertThat(typed("guide-platform-engineer.md"))
        .contains("exceed the limit of 2: 2 are used", "ScopeLocked", "cannot delete", "done\n");
  }

  @Test
  void everyCommandForFinanceWorks() throws Exception {
    assertThat(typed("guide-finance.md"))
        .contains("list price: 0.10 USD/h at 1 node,", "running at most 0.0480 USD", "total ");
  }
}
