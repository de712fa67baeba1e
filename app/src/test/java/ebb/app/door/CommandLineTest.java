package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What is typed, against a real server: each command is a process of its own, as a person starts
/// one.
class CommandLineTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
  }

  private static Typed.Said ebb(String line) throws Exception {
    return typed.ebb(line);
  }

  @Test
  void linesOfTheDocumentsMakeTheirClusters() throws Exception {
    Typed.Said created =
        ebb(
            "ml computetarget create amlcompute --name testcluster --vm-size Standard_NC6 --min-nodes 0 --max-nodes 5 --idle-seconds-before-scaledown 300");
    assertThat(created.code()).as(created.err()).isZero();
    assertThat(created.err()).contains("list price: 0.00 USD/h at 0 nodes, 4.50 USD/h at 5");
    JsonNode scale = created.json().at("/properties/properties/scaleSettings");
    assertThat(scale.toString())
        .isEqualTo(
            "{\"maxNodeCount\":5,\"minNodeCount\":0,\"nodeIdleTimeBeforeScaleDown\":\"PT5M\"}");

    Typed.Said fixed =
        ebb(
            "ml computetarget create amlcompute -n cpu --min-nodes 1 --max-nodes 1 -s STANDARD_D3_V2 --location westus2");
    assertThat(fixed.json().path("location").asString()).isEqualTo("westus2");
    assertThat(fixed.err()).contains("a month for the minimum");

    Typed.Said low =
        ebb(
            "ml computetarget create amlcompute --name lowpriocluster --vm-size Standard_NC6 --max-nodes 5 --vm-priority lowpriority");
    assertThat(low.json().at("/properties/properties/vmPriority").asString())
        .isEqualTo("LowPriority");

    assertThat(ebb("ml computetarget list -o table").out())
        .containsPattern("testcluster +Standard_NC6 +Dedicated +0 +5 ");
    Typed.Said updated =
        ebb("ml computetarget update amlcompute -n testcluster --max-nodes 3 -o table");
    assertThat(updated.out()).containsPattern("testcluster +Standard_NC6 +Dedicated +0 +3 ");
    assertThat(ebb("ml computetarget delete -n testcluster").code()).isZero();
    assertThat(ebb("ml computetarget show -n testcluster").code()).isEqualTo(3);
  }

  @Test
  void locationThatIsNoneIsRefusedAndSpellingsOfOneAreOne() throws Exception {
    Typed.Said mars = ebb("ml compute create -n mars --size Standard_D2s_v3 --location mars");
    assertThat(mars.code()).isEqualTo(1);
    assertThat(mars.err())
        .contains(
            "LocationNotAvailableForResourceType", "'mars'", "eastus", "ebb price set --size SIZE");
    assertThat(ebb("ml compute show -n mars").code()).isEqualTo(3);
    assertThat(ebb("ml compute list-sizes -l mars").err()).contains("no location 'mars'");

    Typed.Said spelled =
        ebb("ml compute create -n spelled --size Standard_D2s_v3 --location West|US|2");
    assertThat(spelled.json().path("location").asString()).as(spelled.err()).isEqualTo("westus2");
    assertThat(spelled.err()).contains("list price");
    assertThat(ebb("ml compute list-usage -l West|US|2 -o json").out()).contains("westus2");
    assertThat(ebb("price set --size Standard_D2s_v3 -l West|US|2 --internal 0.5").code()).isZero();
    assertThat(ebb("price -o table --query [?location=='westus2'&&size=='Standard_D2s_v3']").out())
        .containsPattern("dedicated +0\\.\\d+ +0\\.5");
    assertThat(ebb("ml compute delete -n spelled -y").code()).isZero();
  }

  @Test
  void lookingAtWorkspaceThatIsNotThereNeverMakesIt() throws Exception {
    for (String line : List.of("-w mian", "top --once -w mian", "top --once -g teem")) {
      Typed.Said mistyped = ebb(line);
      assertThat(mistyped.code()).as(line).isEqualTo(3);
      assertThat(mistyped.out()).isEmpty();
      assertThat(mistyped.err())
          .startsWith("ebb: ResourceNotFound: there is no workspace '")
          .contains(line.substring(line.lastIndexOf(' ') + 1), "name another with -w", "create")
          .hasLineCount(1);
    }
    assertThat(ebb("ml compute list -w mian").code()).isEqualTo(3);
  }

  @Test
  void nothingRunsInDefaultWorkspaceThatNobodyHasMade(@TempDir Path fresh) throws Exception {
    try (ServedHome empty = new ServedHome(fresh)) {
      Typed there = new Typed(fresh, empty.home());
      Typed.Said alone = there.ebb("--home " + empty.home());
      assertThat(alone.code()).as(alone.err()).isZero();
      assertThat(alone.out()).contains("main · 0 running 0 waiting 0 nodes", "ebb run -- echo");
      assertThat(there.ebb("top --once").out()).contains("no job runs or waits");
      assertThat(alone.err()).doesNotContain("made the workspace");
      assertThat(there.ebb("run --detach --name first -- true").err())
          .contains("made the workspace main in ebb");
    }
  }

  @Test
  void placeOfOnesOwnBecomesOneByThePriceThatItsRefusalNames() throws Exception {
    Typed there = new Typed(folder, server.home()).set("EBB_LOCATION", "onprem");
    String create = "ml compute create -n near -w own --size Standard_D2s_v3";
    assertThat(there.ebb(create).err())
        .contains("'onprem'", "ebb price set --size SIZE --location onprem --list PRICE");
    Typed.Said set = there.ebb("price set --size Standard_D2s_v3 --location onprem --list 0.05");
    assertThat(set.code()).as(set.err()).isZero();
    assertThat(there.ebb(create).json().path("location").asString()).isEqualTo("onprem");
    assertThat(there.ebb("ml compute list-usage -w own").code()).isZero();
  }

  @Test
  void newerGrammarSpeaksOfTheSameClusters() throws Exception {
    Typed.Said created =
        ebb(
            "ml compute create -n newer --size Standard_D2s_v3 --max-instances 2 --tier low_priority -o table");
    assertThat(created.out())
        .startsWith("Name   Size             Priority     Min  Max  Nodes  State");
    assertThat(ebb("ml compute update -n newer --min-instances 1 -o table").out())
        .containsPattern("newer +Standard_D2s_v3 +LowPriority +1 +2 ");
    ServedHome.until("its node is there", () -> nodes("newer").contains("idle"));
    assertThat(ebb("ml compute list-sizes -l eastus -o tsv").out()).contains("Standard_D2s_v3\t");
    assertThat(ebb("ml compute list-usage -l eastus -o table").out()).contains("LowPriority");
  }

  private static String nodes(String cluster) {
    try {
      return ebb("ml compute list-nodes -n " + cluster + " -o tsv").out();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void commandThatIsRunShowsWhatItWritesAndEndsWithItsExitCode() throws Exception {
    Typed.Said good = ebb("run --name greeting -- echo it's|two words");
    assertThat(good.out()).isEqualTo("it's two words\n");
    assertThat(good.code()).as(good.err()).isZero();
    assertThat(good.err())
        .contains("greeting runs on 1 x Standard_DS3_v2 of serverless-ds3v2", "ebb stop greeting")
        .containsPattern("expected start: (now|when its nodes are there|in [0-9]+ s)");

    Typed.Said bad = ebb("run --name failing --env A=b -- echo|$A;|exit|4");
    assertThat(bad.out()).isEqualTo("b\n");
    assertThat(bad.code()).isEqualTo(4);
    assertThat(bad.err()).contains("failing: failed (exit code 4)");

    assertThat(ebb("ps").out())
        .containsPattern("(?m)^greeting +Completed ")
        .containsPattern("(?m)^failing +Failed ");
    assertThat(ebb("logs greeting").out()).isEqualTo("it's two words\n");
    assertThat(ebb("why failing").out()).contains("failed");
  }

  @Test
  void planSaysWhatIsolationTheJobIsGiven(@TempDir Path bare) throws Exception {
    assertThat(ebb("run -d --name apart -- true").err())
        .containsPattern("of serverless-ds3v2 \\(sandbox(; [a-z ,]+)?\\); list price");
    try (ServedHome without = ServedHome.without(Path.of("/usr/bin/bwrap"), bare)) {
      Typed there = new Typed(bare, without.home());

      assertThat(there.ebb("run -d --name apart -- true").err())
          .contains("(without isolation: this machine has no sandbox); list price");
    }
  }

  @Test
  void lineForAzDoesTheSameWithEbbInItsPlace() throws Exception {
    ebb("run --name lined -- echo|said;|exit|3");
    ebb("run -d --name halted -- sleep 1000");

    for (String line : List.of("logs -f lined", "stop halted")) {
      assertThat(theirs(line)).as(line).isEqualTo(ebb(line).out());
    }
    ServedHome.until("both list the same", () -> theirs("ps").equals(out("ps")));
    assertThat(out("ps")).contains("lined", "halted");
    ServedHome.until("it is canceled", () -> isCanceled("halted"));
    assertThat(ebb("ps --az -o json --query [].name").out())
        .contains(" --output json --query '[].name' --resource-group ");
    assertThat(ebb("ps --az -w a|b --subscription s").out())
        .endsWith("--workspace-name 'a b' --subscription s\n");

    for (String line : List.of("-w main", "why x", "nodes", "top", "cost", "gc", "logs x")) {
      Typed.Said none = ebb(line + " --az");
      assertThat(none.code()).as(line).isEqualTo(1);
      assertThat(none.out()).isEmpty();
      assertThat(none.err()).startsWith("ebb: NoAzLine: az has nothing that does the same: ");
    }
  }

  /// What the line for az writes with ebb in its place.
  private static String theirs(String line) {
    String printed = out(line + " --az").strip();
    assertThat(printed).startsWith("az ml job ").endsWith("--workspace-name main");
    return out(printed.substring("az ".length()));
  }

  private static boolean isCanceled(String job) {
    return out("ps").matches("(?s).*\\b" + job + " +Canceled .*");
  }

  private static String out(String line) {
    try {
      return ebb(line).out();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void detachedJobGoesOnUntilItIsStopped() throws Exception {
    assertThat(ebb("run --name endless --max 1h -d -- sleep 1000").out()).isEqualTo("endless\n");
    assertThat(ebb("stop endless").code()).isZero();
    ServedHome.until("it is canceled", () -> isCanceled("endless"));
  }

  @Test
  void costOfEachKindAddsUpToItsTotalToTheLastDigit() throws Exception {
    ebb("ml compute create -n billed --size Standard_D2s_v3 --idle-time-before-scale-down 1");
    assertThat(ebb("run --cluster billed -- true").code()).isZero();
    ServedHome.until(
        "its node is metered", () -> costs().stream().anyMatch(row -> row.startsWith("billed ")));
    List<String> rows = costs();
    for (int column = 1; column <= 3; column++) { // list, internal, invoice
      int kind = column;
      BigDecimal sum =
          rows.subList(0, rows.size() - 1).stream()
              .map(row -> amount(row, kind))
              .reduce(BigDecimal.ZERO, BigDecimal::add);
      assertThat(sum).isEqualByComparingTo(amount(rows.getLast(), kind));
    }
    assertThat(amount(rows.getLast(), 1)).isPositive();
    assertThat(ebb("cost 2020-01").out().lines().toList().getLast())
        .matches("total +0.000000 +0.000000 +0.000000");

    ebb("ml compute create -n idle -w quiet --size Standard_D2s_v3");
    assertThat(ebb("-w quiet").out())
        .startsWith("quiet · ")
        .containsPattern("[A-Z][a-z]{2} 0.00 of quiet\n");
    assertThat(ebb("top --once").out())
        .as("something, in more digits than nothing has")
        .containsPattern("[A-Z][a-z]{2} [0-9]+[.][0-9]{4} of main");

    Typed.Said refused = ebb("cost November");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .isEqualTo("ebb: InvalidRequest: 'November' is no month: write it as 2026-11.\n");
  }

  private static List<String> costs() {
    try {
      return ebb("cost --by cluster").out().lines().skip(2).toList();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static BigDecimal amount(String row, int column) {
    return new BigDecimal(row.split(" {2,}")[column]);
  }

  @Test
  void errorIsOneLineWithItsCodeAndTheWayOut() throws Exception {
    Typed.Said refused = ebb("ml compute create -n x");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err().lines().toList().getLast())
        .startsWith("ebb: InvalidResourceName: 'x' is no name for a cluster: it must be 3 to 24");
    assertThat(refused.out()).isEmpty();

    Typed.Said notDone = ebb("ml compute create --name cpu3 --vnet-name mine");
    assertThat(notDone.code()).isEqualTo(2);
    assertThat(notDone.err())
        .startsWith("ebb: InvalidRequest: A network of its own is not done here so far: ");

    Typed.Said mistyped = ebb("ml compute crate --name cpu3");
    assertThat(mistyped.code()).isEqualTo(2);
    assertThat(mistyped.err()).contains("compute create", "See 'ebb ml compute --help'");

    Typed.Said nobody = ebb("ps --home " + folder.resolve("nowhere"));
    assertThat(nobody.code()).isEqualTo(1);
    assertThat(nobody.err()).contains("NoServer", "ebb serve");
  }

  @Test
  void tokenIsInNoOutput() throws Exception {
    for (String line : List.of("ps", "ml compute list", "logs nothing", "--help")) {
      Typed.Said said = ebb(line);
      assertThat(said.out() + said.err()).doesNotContain(server.token());
    }
  }
}
