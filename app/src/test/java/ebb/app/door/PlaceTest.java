package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The workspace, group and home that are typed are those that are meant, wherever they stand.
class PlaceTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
    for (String cluster : List.of("minimal", "other -w lab2 -g team")) {
      assertThat(typed.ebb("ml compute create --size Standard_D2s_v3 -n " + cluster).code())
          .isZero();
    }
    assertThat(typed.ebb("run --name here --cluster minimal -- true").code()).isZero();
    typed.ebb("ml compute update -n other -w lab2 -g team --min-instances 1");
  }

  @Test
  void placeBeforeTheVerbIsThePlaceThatIsMeant() throws Exception {
    for (String line :
        List.of(
            "-w nosuch ml compute delete -n minimal --yes",
            "ml -w nosuch compute delete -n minimal --yes",
            "ml compute --workspace-name=nosuch delete -n minimal --yes",
            "-wnosuch top --once",
            "-w nosuch ps",
            "-w nosuch cost",
            "-g nosuch ml job list")) {
      Typed.Said said = typed.ebb(line);
      assertThat(said.code()).as(line + said.out() + said.err()).isEqualTo(3);
      assertThat(said.out()).isEmpty();
    }
    assertThat(typed.ebb("ml compute show -n minimal --query name -o tsv").out())
        .as("nothing was deleted")
        .isEqualTo("minimal\n");
    assertThat(typed.ebb("-w lab2 -g team ps").out()).doesNotContain("here");
    assertThat(typed.ebb("ml -w lab2 compute -g team list --query [].resourceGroup -o tsv").out())
        .isEqualTo("team\n");
    Typed.Said elsewhere = typed.ebb("--home " + folder.resolve("nowhere") + " ps");
    assertThat(elsewhere.code()).isEqualTo(1);
    assertThat(elsewhere.err()).startsWith("ebb: NoServer: ").contains("nowhere");
  }

  @Test
  void verbThatHasNoUseForPlaceRefusesIt() throws Exception {
    for (String line :
        List.of(
            "-w lab2 configure -l",
            "quota -w lab2",
            "price -g team",
            "price --subscription ebb",
            "cost --all --subscription ebb",
            "gc --dry-run -w lab2",
            "gc --dry-run --subscription ebb")) {
      Typed.Said said = typed.ebb(line);
      assertThat(said.code()).as(line).isEqualTo(2);
      assertThat(said.err()).startsWith("ebb: InvalidRequest: ").contains("-");
    }
    assertThat(typed.ebb("quota --subscription other").code()).isZero();
    Typed.Said twice = typed.ebb("-w lab2 ps -w main");
    assertThat(twice.code()).as("which one is meant?").isEqualTo(2);
  }

  @Test
  void costIsTheWorkspacesOrThatOfAll() throws Exception {
    ServedHome.until("it is metered", () -> out("cost --by cluster").contains("minimal "));
    assertThat(out("cost")).contains(" · main · USD · ");
    assertThat(out("cost --by cluster")).doesNotContain("other ");
    assertThat(out("cost -w lab2 -g team --by cluster")).doesNotContain("minimal ");
    assertThat(out("cost --all --by cluster")).contains("main/minimal ", "the whole server");
    Typed.Said mistyped = typed.ebb("cost -w mian");
    assertThat(mistyped.code()).isEqualTo(3);
    assertThat(mistyped.err()).startsWith("ebb: ResourceNotFound: there is no workspace 'mian'");
    assertThat(typed.ebb("cost --all -w lab2").code()).isEqualTo(2);
    assertThat(out("cost --query [-1].of -o tsv")).isEqualTo("total\n");
  }

  @Test
  void nodesAreThoseOfAllOrOfTheWorkspaceThatIsNamed() throws Exception {
    ServedHome.until("there is one", () -> !out("nodes -w lab2 -g team -o tsv").isEmpty());
    assertThat(out("nodes -o json --query [].workspace")).contains("/workspaces/lab2");
    assertThat(out("nodes -w lab2 -g team --query [].workspace")).doesNotContain("/main");
    assertThat(out("nodes -w main --query [].workspace")).doesNotContain("/lab2");
    for (String line : List.of("nodes -w mian", "nodes --subscription mian", "lock list -w mian")) {
      Typed.Said mistyped = typed.ebb(line);
      assertThat(mistyped.code()).as(line).isEqualTo(3);
      assertThat(mistyped.err()).startsWith("ebb: ResourceNotFound: there is no workspace '");
    }
  }

  @Test
  void listsOfHomeThatNobodyHasUsedAreEmpty(@TempDir Path fresh) throws Exception {
    try (ServedHome empty = new ServedHome(fresh)) {
      Typed there = new Typed(fresh, empty.home());
      for (String line :
          List.of(
              "ps",
              "cost",
              "nodes",
              "nodes -w main",
              "lock list -w main",
              "ml job list",
              "ml compute list",
              "ml compute list-sizes")) {
        Typed.Said said = there.ebb(line);
        assertThat(said.code()).as(line + said.err()).isZero();
        assertThat(said.err()).isEmpty();
      }
      assertThat(there.ebb("cost").out().lines().toList().getLast())
          .matches("total +0.000000 +0.000000 +0.000000");
    }
  }

  /// The launcher, with what stands for a build and a JDK that prints what it is given.
  @Test
  void launcherGivesServerItsOwnFlagsWhereverThePlaceStands(@TempDir Path tree) throws Exception {
    Path root = Files.isRegularFile(Path.of("ebb")) ? Path.of("") : Path.of("..");
    Path built = Files.createDirectories(tree.resolve("app/target/ebb/run.one")).getParent();
    Files.createDirectories(tree.resolve("scripts"));
    for (String file : List.of("ebb", "scripts/find-jdk", "scripts/run-folder")) {
      Files.copy(root.resolve(file), tree.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createFile(tree.resolve("pom.xml"));
    Files.writeString(built.resolve("built"), "run.one\n");
    Path jdk = tree.resolve("jdk");
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
    for (String program : List.of("java", "javac")) {
      Files.writeString(jdk.resolve("bin").resolve(program), "#!/bin/sh\necho \"$@\"\n");
      assertThat(jdk.resolve("bin").resolve(program).toFile().setExecutable(true)).isTrue();
    }
    for (String line :
        List.of("serve", "--home /srv serve", "--home=/srv serve --port 1", "-w a -gb serve")) {
      assertThat(launched(tree, jdk, line)).as(line).contains("-Xmx3g", "+ExitOnOutOfMemoryError");
    }
    for (String line : List.of("ps", "--home serve ps", "run -- serve")) {
      assertThat(launched(tree, jdk, line)).as(line).contains("-Xmx256m", "+UseSerialGC");
    }
    assertThat(launched(tree, jdk, "--home /srv journal prove")).contains("native-access");
  }

  private static String launched(Path tree, Path jdk, String line) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", tree.resolve("ebb").toString()));
    command.addAll(List.of(line.split(" ")));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().put("EBB_HEAP", "3g");
    Process process = builder.start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String out(String line) {
    try {
      return typed.ebb(line).out();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
