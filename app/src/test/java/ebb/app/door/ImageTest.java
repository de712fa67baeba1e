package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of jobs that name images, on a cluster whose jobs run in containers. The images are made
/// here, of busybox, and imported under the names that the files have.
class ImageTest {
  private static final String PYTHON = "library/python:latest";
  private static final String BASE = "example.org/base:1";

  /// In place of Python: makes an environment, and says what it was to install.
  private static final String STAND_IN =
      """
      #!/bin/sh
      case "$*" in
        "-m venv "*) /bin/busybox mkdir -p "$3/bin"; /bin/busybox cp "$0" "$3/bin/python" ;;
        *" install -r "*) echo "the image installs $(/bin/busybox cat "$7")" >&2 ;;
        --version) echo "Python of the image" ;;
      esac
      """;

  @TempDir Path folder;
  private ServedHome server;
  private Typed typed;

  @BeforeEach
  void start() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root may start containers");
    assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "needs the package busybox-static");
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
    Typed.Said made =
        typed.ebb(
            "ml computetarget create amlcompute -n cpu-cluster -s Standard_D2s_v3 --max-nodes 1 --isolation container");
    assumeTrue(made.code() == 0, made.err());
  }

  @AfterEach
  void end() throws Exception {
    if (server != null) {
      server.close();
      podman("rmi", "--ignore", PYTHON);
      podman("rmi", "--ignore", BASE);
    }
  }

  private void podman(String... words) throws Exception {
    run(List.of("podman", "--cgroup-manager=cgroupfs"), words);
  }

  private void run(List<String> program, String... words) throws Exception {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(words));
    Path log = folder.resolve("command.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as(command + ": " + Files.readString(log)).isZero();
  }

  private void importImage(String name) throws Exception {
    Path root = folder.resolve("image");
    Path bin = Files.createDirectories(root.resolve("bin"));
    Files.createDirectories(root.resolve("tmp"));
    Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
    Files.writeString(bin.resolve("python3"), STAND_IN);
    // Debian's busybox has none, and there is one job at a time here.
    Files.writeString(bin.resolve("flock"), "#!/bin/sh\n");
    for (String each : List.of("busybox", "python3", "flock")) {
      Files.setPosixFilePermissions(
          bin.resolve(each), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    for (String each : List.of("sh", "basename", "rm", "touch", "grep")) {
      Files.createSymbolicLink(bin.resolve(each), Path.of("busybox"));
    }
    String tar = folder.resolve("image.tar").toString();
    run(List.of("tar"), "-C", root.toString(), "-cf", tar, ".");
    podman("import", tar, name);
  }

  @Test
  void helloWorldOfAzuresExamplesRunsOnTheImageThatItNames() throws Exception {
    importImage(PYTHON);
    Files.writeString(
        folder.resolve("hello-world.yml"),
        """
        $schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
        command: echo "from a small image"
        environment:
          image: library/python:latest
        compute: azureml:cpu-cluster
        """);
    Typed.Said ran = typed.ebb("ml job create -f hello-world.yml --stream");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).isEqualTo("from a small image\n");
    Files.writeString(
        folder.resolve("shared-memory.yml"),
        """
        command: while read -r what at kind how more; do [ $at != /dev/shm ] || echo $how; done </proc/mounts
        environment:
          image: library/python:latest
        compute: azureml:cpu-cluster
        resources:
          shm_size: 2g
        """);
    Typed.Said shared = typed.ebb("ml job create -f shared-memory.yml --stream");
    assertThat(shared.out()).as(shared.err()).contains("size=2097152k");
  }

  @Test
  @Tag("long")
  void imageThatNoRegistryHasIsAskedForOnAPersonsOwnServerAndTheLogSaysWhatToDo() throws Exception {
    Files.writeString(
        folder.resolve("job.yml"),
        """
        command: echo never
        environment:
          image: 127.0.0.1:1/no-such:1
        compute: azureml:cpu-cluster
        """);
    Typed.Said said = typed.ebb("ml job create -f job.yml --stream");
    assertThat(said.code()).isNotZero();
    assertThat(said.err())
        .contains(
            "ebb: image: pulling 127.0.0.1:1/no-such:1", "could not be pulled", "podman login");
    assertThat(said.out()).doesNotContain("never");
  }

  @Test
  void imageThatNoRegistryHasIsRefusedWhenTheJobIsSentUntilAnOperatorBringsIt() throws Exception {
    Files.writeString(
        folder.resolve("job.yml"),
        """
        command: echo brought
        environment:
          image: localhost/ebb-brought:1
        compute: azureml:cpu-cluster
        """);
    String line = "ml job create -f job.yml --name brought --stream";
    Typed.Said refused = typed.ebb(line);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains("'localhost/ebb-brought:1' is not on this machine", "podman import");
    assertThat(typed.ebb("ml job show -n brought").code()).as("nothing was taken").isEqualTo(3);
    importImage("localhost/ebb-brought:1");
    try {
      List<String> ran = new ArrayList<>();
      ServedHome.until(
          "it is looked for again",
          () -> {
            ran.add(written(line));
            return !ran.getLast().isEmpty();
          });
      assertThat(ran.getLast()).isEqualTo("brought\n");
    } finally {
      podman("rmi", "--ignore", "localhost/ebb-brought:1");
    }
  }

  private String written(String line) {
    try {
      return typed.ebb(line).out();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void condaFileIsInstalledByThePythonOfTheImageBesideItAndOnlyOnce() throws Exception {
    importImage(BASE);
    Files.writeString(
        folder.resolve("job.yml"),
        """
        command: python && echo with $VIRTUAL_ENV
        environment:
          image: example.org/base:1
          conda_file:
            dependencies: [numpy=1.21]
        compute: azureml:cpu-cluster
        """);
    Typed.Said first = typed.ebb("ml job create -f job.yml --stream");
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.err()).contains("Python of the image", "the image installs numpy==1.21.*");
    assertThat(first.out()).contains("with ").contains("/environments");
    Typed.Said second = typed.ebb("ml job create -f job.yml --stream");
    assertThat(second.code()).isZero();
    assertThat(second.err()).doesNotContain("installs");
  }

  @Test
  void imageBesideACondaFileThatNothingStandsForIsRefusedByItsNameOutsideOfContainers()
      throws Exception {
    typed.ebb("ml compute create -n plain --size Standard_D2s_v3 --max-instances 1");
    Files.writeString(
        folder.resolve("job.yml"),
        """
        command: echo never
        environment:
          image: example.org/base:1
          conda_file:
            dependencies: [numpy=1.21]
        compute: azureml:plain
        """);
    Typed.Said said = typed.ebb("ml job create -f job.yml --stream");
    assertThat(said.code()).isNotZero();
    assertThat(said.err()).contains("'example.org/base:1'", "isolation container");
    assertThat(said.out()).doesNotContain("never");
  }

  @Test
  void jobWithoutAnImageIsRefusedWhenItIsSentToAClusterOfContainers() throws Exception {
    Typed.Said said = typed.ebb("run -d --name bare --cluster cpu-cluster -- true");
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("'cpu-cluster' cannot start it", "name one (image)");
    assertThat(typed.ebb("ml job show -n bare").code()).as("nothing was taken").isEqualTo(3);
  }
}
