package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The workspace, group and home that are typed are those that are meant, wherever they stand.
class PlaceTest {
  @TempDir static Path folder;
  private static ServedHome server;
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

  @AfterAll
  static void end() throws Exception {
    server.close();
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
        List.of("-w lab2 configure -l", "quota -w lab2", "price -g team", "gc --dry-run -w lab2")) {
      Typed.Said said = typed.ebb(line);
      assertThat(said.code()).as(line).isEqualTo(2);
      assertThat(said.err()).startsWith("ebb: InvalidRequest: ").contains("-");
    }
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
    assertThat(typed.ebb("nodes -w mian").code()).isEqualTo(3);
  }

  @Test
  void listsOfHomeThatNobodyHasUsedAreEmpty(@TempDir Path fresh) throws Exception {
    try (ServedHome empty = new ServedHome(fresh)) {
      Typed there = new Typed(fresh, empty.home());
      for (String line : List.of("ps", "cost", "nodes", "ml job list", "ml compute list")) {
        Typed.Said said = there.ebb(line);
        assertThat(said.code()).as(line + said.err()).isZero();
        assertThat(said.err()).isEmpty();
      }
      assertThat(there.ebb("cost").out().lines().toList().getLast())
          .matches("total +0.000000 +0.000000 +0.000000");
    }
  }

  private static String out(String line) {
    try {
      return typed.ebb(line).out();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
