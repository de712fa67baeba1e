package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages for jobs, installed for real from a wheel that is made here: no index is asked.
class EnvironmentTest {
  @TempDir Path folder;
  @AutoClose private ServedHome server;
  private Typed typed;

  @BeforeEach
  void start() throws Exception {
    Process venv =
        new ProcessBuilder("python3", "-c", "import ensurepip, venv")
            .redirectErrorStream(true)
            .start();
    assumeTrue(venv.waitFor() == 0, "python3-venv is not installed");
    Path wheels = Files.createDirectories(folder.resolve("wheels"));
    Files.setPosixFilePermissions(wheels, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path wheel = wheels.resolve("greeting-1.0-py3-none-any.whl");
    wheel(wheel);
    Files.setPosixFilePermissions(wheel, PosixFilePermissions.fromString("rw-r--r--"));
    Files.createDirectories(folder.resolve("home"));
    Files.writeString(
        folder.resolve("home/environments.yaml"),
        "azureml/greeting: {pip: [\"greeting @ file://%s\", \"# said in the log\"]}\nbad: {pip: [/nowhere/at/all.whl]}\nold: {python: '2.1', pip: []}\n"
            .formatted(wheel));
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
  }

  private static void wheel(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      String info = "greeting-1.0.dist-info/";
      put(zip, "greeting.py", "def hello():\n    return 'from the wheel'\n");
      put(zip, info + "METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n");
      put(zip, info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
      put(zip, info + "RECORD", "greeting.py,,\n" + info + "METADATA,,\n" + info + "WHEEL,,\n");
    }
  }

  private static void put(ZipOutputStream zip, String name, String content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  @Test
  void packagesAreBuiltOnceForAllThatWantThemAtTheSameTimeAndLater() throws Exception {
    String registry = "azureml://registries/azureml/environments/greeting/labels/latest";
    typed.ebb("ml compute create -n both --size Standard_D2s_v3 --max-instances 2");
    for (String name : new String[] {"first", "second"}) {
      typed.ebb(
          "run -d --cluster both --name "
              + name
              + " --environment "
              + registry
              + " -- python|-c|'import|greeting;|print(greeting.hello())'");
    }
    Typed.Said first = typed.ebb("logs -f first");
    Typed.Said second = typed.ebb("logs -f second");
    assertThat(first.out()).as(first.err()).isEqualTo("from the wheel\n");
    assertThat(second.out()).as(second.err()).isEqualTo("from the wheel\n");
    assertThat((first.err() + second.err()).split("ebb: environment: building", -1)).hasSize(2);
    assertThat(first.err() + second.err()).containsOnlyOnce("ebb: environment: said in the log\n");
    Typed.Said third = typed.ebb("run --cluster both --environment " + registry + " -- python -V");
    assertThat(third.code()).isZero();
    assertThat(third.err()).doesNotContain("building");

    // Nobody starts with it for a month.
    try (Stream<Path> files = Files.walk(server.home().resolve("jobs").toRealPath(), 3)) {
      Path mark = files.filter(path -> path.endsWith("whole")).findFirst().orElseThrow();
      assertThat(typed.ebb("gc").out()).contains(", 0 environments and ");
      Files.setLastModifiedTime(mark, FileTime.from(Instant.now().minus(Duration.ofDays(31))));
      assertThat(typed.ebb("gc --dry-run").out()).contains(", 1 environment and ");
      assertThat(mark).exists();
      Path victim = Files.createDirectories(folder.resolve("victim"));
      Files.writeString(victim.resolve("file"), "not an environment's");
      Path link = Files.createSymbolicLink(mark.getParent().resolveSibling("link"), victim);
      Files.setLastModifiedTime(victim, FileTime.from(Instant.now().minus(Duration.ofDays(31))));
      assertThat(typed.ebb("gc").out()).contains(", 1 environment and ");
      assertThat(mark.getParent()).doesNotExist();
      assertThat(link).isSymbolicLink();
      assertThat(victim.resolve("file")).exists();
    }
  }

  @Test
  @Tag("long")
  void serverThatIsKilledDuringABuildFindsTheJobAgainAndItIsBuiltOnce() throws Exception {
    String registry = "azureml://registries/azureml/environments/greeting/labels/latest";
    typed.ebb("ml compute create -n both --size Standard_D2s_v3 --max-instances 1");
    typed.ebb(
        "run -d --cluster both --name builds --environment "
            + registry
            + " -- python|-c|'import|greeting;|print(greeting.hello())'");
    ServedHome.until("it is being built", () -> errors("builds").contains("building"));
    server.kill();
    server.start();

    Typed.Said ended = typed.ebb("logs -f builds");
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).isEqualTo("from the wheel\n");
    assertThat(ended.err().split("ebb: environment: building", -1)).hasSize(2);
    assertThat(typed.ebb("ml job show -n builds").json().at("/properties/ebb.attempts").asString())
        .isEqualTo("1");
    assertThat(typed.ebb("run --cluster both --environment " + registry + " -- true").err())
        .doesNotContain("building");
  }

  private String errors(String job) {
    try {
      return typed.ebb("logs --stderr " + job).out();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  @Tag("long")
  void buildThatFailsEndsTheJobWithItsLogAndIsTriedAgainByTheNext() throws Exception {
    for (int i = 0; i < 2; i++) {
      Typed.Said bad = typed.ebb("run --environment bad -- true");
      assertThat(bad.code()).isEqualTo(1);
      assertThat(bad.err())
          .contains("building", "/nowhere/at/all.whl", "its environment could not be built");
    }
    Typed.Said old = typed.ebb("run --environment old --name aged -- true");
    assertThat(old.err()).contains("there is no python2.1 on this machine");
    assertThat(typed.ebb("why aged").out()).contains("what it wrote: ebb logs --stderr aged");
  }

  @Test
  @Tag("long")
  void whatJobInstallsItselfStaysItsOwn() throws Exception {
    String wheel = folder.resolve("wheels/greeting-1.0-py3-none-any.whl").toString();
    String line = "python|-c|'import|greeting'";
    Typed.Said own =
        typed.ebb("run --environment azureml:python -- pip|-q|install|" + wheel + "|&&|" + line);
    assertThat(own.code()).as(own.err()).isZero();
    Typed.Said other = typed.ebb("run --environment azureml:python -- " + line);
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("No module named 'greeting'");
  }
}
