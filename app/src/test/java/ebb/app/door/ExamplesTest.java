package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of the kind that Azure's examples begin with, as they are: each is made, or runs to its
/// end, or is refused in words that say what is missing. They name images, for which on nodes
/// without containers the machine's own Python stands in.
class ExamplesTest {
  private static final String CLUSTER =
      """
      $schema: https://azuremlschemas.azureedge.net/latest/amlCompute.schema.json\s
      name: %s-cluster
      type: amlcompute
      """;
  private static final String SIZED =
      CLUSTER
          + """
          size: STANDARD_DS3_v2
          min_instances: 0
          max_instances: 3
          idle_time_before_scale_down: 180
          """;
  private static final String JOB =
      "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\n";
  private static final String PYTHON =
      """
      environment:
        image: library/python:latest
      """;

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(
        new ProcessBuilder("python3", "-c", "import ensurepip, venv").start().waitFor() == 0,
        "python3-venv is not installed");
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
  }

  private static Typed.Said cluster(String name, String file) throws Exception {
    Path path = Files.writeString(folder.resolve("cluster-" + name + ".yml"), file.formatted(name));
    return typed.ebb("ml compute create -f " + path);
  }

  private static Typed.Said job(String name, String file) throws Exception {
    Path path = Files.writeString(folder.resolve(name + ".yml"), JOB + file);
    return typed.ebb("ml job create --name " + name + " --stream -f " + path);
  }

  @Test
  void clustersOfFilesAreMadeWithTheDefaultsOfTheSchema() throws Exception {
    assertThat(cluster("sized", SIZED).json().path("max_instances").asInt()).isEqualTo(3);
    assertThat(cluster("far", SIZED + "location: westeurope\n").json().path("location").asString())
        .isEqualTo("westeurope");
    assertThat(cluster("cheap", SIZED + "tier: low_priority\n").json().path("tier").asString())
        .isEqualTo("low_priority");
    assertThat(cluster("least", CLUSTER).json().path("size").asString())
        .isEqualToIgnoringCase("Standard_DS3_v2");
  }

  @Test
  void clusterWhoseFileAsksForWhatIsNotDoneIsRefusedByTheProperty() throws Exception {
    String ssh = "ssh_settings:\n  admin_username: somebody\n  admin_password: something\n";
    String users =
        "identity:\n  type: user_assigned\n  user_assigned_identities: \n    - resource_id: \"an_id\"\n";
    for (String asked : List.of(ssh, "identity:\n  type: system_assigned\n", users)) {
      Typed.Said refused = cluster("refused", SIZED + asked);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err())
          .contains("'" + asked.substring(0, asked.indexOf(':')) + "'", "leave it out");
    }
    assertThat(typed.ebb("ml compute show -n refused-cluster").code()).isEqualTo(3);
  }

  @Test
  void jobsOfFilesRunOnPythonAndLeaveWhatTheyWrite() throws Exception {
    Files.writeString(
        Files.createDirectory(folder.resolve("src")).resolve("hello.py"), "print(6 * 7)\n");
    assertThat(job("plain", "command: echo \"hello there\"\n" + PYTHON).out())
        .isEqualTo("hello there\n");
    assertThat(
            job(
                    "variable",
                    "command: echo $hello_variable\n"
                        + PYTHON
                        + "environment_variables:\n  hello_variable: \"hello there\"\n")
                .out())
        .isEqualTo("hello there\n");
    assertThat(
            job(
                    "inputs",
                    "command: |\n  echo ${{inputs.hello_text}}\n  echo ${{inputs.hello_count}}\n"
                        + PYTHON
                        + "inputs:\n  hello_text: \"hello there\"\n  hello_count: 7\n")
                .out())
        .isEqualTo("hello there\n7\n");
    assertThat(job("code", "command: ls\ncode: src\n" + PYTHON).out()).contains("hello.py\n");
    assertThat(
            job(
                    "folded",
                    "command: >-\n  pip --version; python hello.py\ncode: src\nenvironment:\n  image: library/python:3.11.6\n")
                .out())
        .matches("(?s)pip .*\n42\n");
    job("written", "command: echo \"hello there\" > ./outputs/hello.txt\n" + PYTHON);
    job(
        "output",
        "command: echo \"hello there\" > ${{outputs.hello_left}}/hello.txt\noutputs:\n  hello_left:\nenvironment:\n  image: python\n");
    assertThat(typed.ebb("ml job download -n written -p left").code()).isZero();
    assertThat(typed.ebb("ml job download -n output -p left").code()).isZero();
    assertThat(folder.resolve("left/artifacts/outputs/hello.txt")).hasContent("hello there");
    assertThat(folder.resolve("left/named-outputs/hello_left/hello.txt")).hasContent("hello there");
  }

  @Test
  void jobOfAFileKeepsItsWords() throws Exception {
    assertThat(
            job(
                    "words",
                    "command: echo \"hello there\"\n"
                        + PYTHON
                        + "tags:\n  hello: there\ndisplay_name: hello-there\nexperiment_name: hello-there\ndescription: |\n  # A \"hello\" job\n\n  ## More\n")
                .code())
        .isZero();
    assertThat(typed.ebb("ml job show -n words").out())
        .contains("\"hello\": \"there\"", "\"experiment_name\": \"hello-there\"", "## More");
  }

  /// The files themselves, of a clone of Azure/azureml-examples that EBB_EXAMPLES names. Some need
  /// the network.
  @Test
  @Tag("examples")
  void filesOfAzuresExamplesRunAsTheyAreOrAreRefusedByWhatTheyAskFor() throws Exception {
    String clone = System.getenv("EBB_EXAMPLES");
    assumeTrue(clone != null, "EBB_EXAMPLES names no clone of Azure/azureml-examples");
    Path cli = Path.of(Objects.requireNonNull(clone), "cli");
    List<String> told = new ArrayList<>();
    for (Path file : files(cli.resolve("resources/compute"), "cluster-.*")) {
      told.add(outcome(file, "ml compute create -f " + file, "ssh_settings|identity"));
    }
    for (Path file : files(cli.resolve("jobs/basics"), "hello-(code|git|world.*)")) {
      told.add(outcome(file, "ml job create --stream -f " + file, "pygit2"));
    }
    assertThat(told).as(String.join("\n", told)).noneMatch(each -> each.contains("UNEXPECTED"));
    System.out.println(String.join("\n", told));
  }

  private static List<Path> files(Path in, String name) throws Exception {
    try (Stream<Path> all = Files.list(in)) {
      List<Path> files =
          all.filter(file -> file.getFileName().toString().matches(name + "\\.yml"))
              .sorted()
              .toList();
      assertThat(files).as(in.toString()).isNotEmpty();
      return files;
    }
  }

  /// @param missing what its file, or its command, may ask for and not get, as it is quoted then
  private static String outcome(Path file, String line, String missing) throws Exception {
    Typed.Said said = typed.ebb(line);
    String last = said.err().lines().reduce("", (_, next) -> next);
    boolean isSaid = said.err().matches("(?s).*'(" + missing + ")['.].*");
    String outcome = said.code() == 0 ? "done" : isSaid ? "refused or failed" : "UNEXPECTED";
    return "%s: %s %s".formatted(file.getFileName(), outcome, said.code() == 0 ? "" : last);
  }
}
