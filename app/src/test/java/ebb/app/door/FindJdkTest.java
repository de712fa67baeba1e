package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the scripts come to a JDK, whatever `java` the shell finds.
class FindJdkTest {
  @TempDir Path folder;
  private Path older;
  private Path fitting;

  @BeforeEach
  void jdks() throws Exception {
    older = jdk("older", "21.0.5");
    fitting = jdk("fitting", "25.0.1");
    // All that a search starts, and no javac of the machine's.
    program(folder.resolve("programs/readlink"), "exec /usr/bin/readlink \"$@\"");
  }

  private static void program(Path file, String line) throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Path jdk(String name, String version) throws Exception {
    Path jdk = folder.resolve(name);
    program(jdk.resolve("bin/javac"), "");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return jdk;
  }

  private record Said(int code, String out, String err) {}

  /// What the shell does with JAVA_HOME an older JDK and one more variable. With `-f` it lists no
  /// folders, as if there were nothing in the usual ones: this machine may have a JDK there.
  private Said shell(String variable, Object value, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(Program.ROOT.toFile());
    builder.environment().clear();
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("PATH", folder.resolve("programs").toString());
    builder.environment().put("JAVA_HOME", older.toString());
    builder.environment().put(variable, value.toString());
    Process shell = builder.start();
    String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(shell.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(shell.waitFor(), out, err);
  }

  @Test
  void withoutAJdk25TheProgramSaysInOneLineWhatToInstall() throws Exception {
    Said said = shell("JAVA25_HOME", folder, "-f", "./ebb", "ps");
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    assertThat(said.err().lines().toList())
        .singleElement()
        .asString()
        .startsWith("ebb: no JDK 25 found")
        .endsWith("install one, such as Temurin 25, or set JAVA_HOME to it.");
  }

  @Test
  void jdkThatIsTooOldIsPassedByForOneThatFits() throws Exception {
    String find = ". scripts/find-jdk; echo \"$JAVA_HOME\"";
    String onPath = folder.resolve("programs") + ":" + fitting.resolve("bin");
    for (var each :
        Map.of("JAVA_HOME", fitting, "JAVA25_HOME", fitting, "PATH", onPath).entrySet()) {
      Said said = shell(each.getKey(), each.getValue(), "-f", "-c", find);
      assertThat(said.out()).as(each.getKey() + said.err()).isEqualTo(fitting + "\n");
    }
  }

  /// One that this machine has in such a folder fits as well, and is found before.
  @Test
  void usualFoldersAreLookedThrough() throws Exception {
    Path usual = Files.createDirectory(folder.resolve(".jdks")).resolve("fitting");
    Files.move(fitting, usual);
    Said said = shell("JAVA25_HOME", folder, "-c", ". scripts/find-jdk; echo \"$JAVA_HOME\"");
    assertThat(said.out().strip())
        .as(said.err())
        .matches("/usr/lib/jvm/.+|/opt/.+|\\Q" + usual + "\\E|/Library/Java/.+");
  }
}
