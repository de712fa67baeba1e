package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Options that Azure's documents type are taken, or refused by their names.
class AzOptionsTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
    Files.writeString(folder.resolve("job.yml"), "command: 'true'\ncompute: azureml:web\n");
  }

  private static void taken(String line) throws Exception {
    Typed.Said said = typed.ebb(line);
    assertThat(said.code()).as(line + ": " + said.err()).isZero();
  }

  private static void refused(String line, String... words) throws Exception {
    Typed.Said said = typed.ebb(line);
    assertThat(said.code()).as(line).isEqualTo(2);
    assertThat(said.err()).startsWith("ebb: InvalidRequest: ").contains(words);
  }

  @Test
  void whatDocumentsAskOfClustersIsTaken() throws Exception {
    taken("ml compute create -n taken --type AmlCompute --size Standard_D2s_v3 --no-wait");
    taken("ml compute update -n taken --max-instances 2 --no-wait");
    taken("ml computetarget update amlcompute -n taken --max-nodes 3 --no-wait");
    taken(
        "ml compute create -n plain --size Standard_D2s_v3 --ssh-public-access-enabled false --enable-node-public-ip false");
    assertThat(typed.ebb("ml compute list --type AmlCompute --query [].name -o tsv").out())
        .contains("taken\n", "plain\n");
    assertThat(typed.ebb("ml compute list --type ComputeInstance").out()).isEqualTo("[]\n");
    refused("ml compute list -r -1", "'--max-results -1'");
    refused("ml job list --max-results -1", "'--max-results -1'");
    assertThat(typed.ebb("ml compute list -r 0").out()).isEqualTo("[]\n");
    taken("ml compute delete --name plain --yes");
    taken("ml compute delete --name taken -y --no-wait");

    refused(
        "ml compute create -n ssh --ssh-public-access-enabled true",
        "'--ssh-public-access-enabled true'",
        "nodes cannot be logged into");
    refused("ml compute create -n ip --enable-node-public-ip", "'--enable-node-public-ip true'");
    assertThat(typed.ebb("ml compute show -n ssh").code()).isEqualTo(3);
  }

  @Test
  void pageThatIsAskedForIsSaidNotToBeThere() throws Exception {
    taken("ml compute create -n web --size Standard_D2s_v3");
    for (String line : List.of("create -f job.yml -n web --web", "show -n web --web")) {
      Typed.Said said = typed.ebb("ml job " + line);
      assertThat(said.code()).as(said.err()).isZero();
      assertThat(said.json().path("name").asString()).isEqualTo("web");
      assertThat(said.err()).contains("there is no page to open: 'ebb logs -f web'");
    }
    taken("run --name long -d --cluster web -- sleep 1000");
    taken("ml job cancel -n long --no-wait");
  }

  @Test
  void verbThatIsNotDoneIsRefusedByItsName() throws Exception {
    refused("ml compute attach --resource-id x --type Kubernetes -n k", "are not attached");
    refused("ml computetarget attach aks -n k", "are not attached");
    refused("-w lab ml compute attach -n k", "are not attached");
    refused("ml computetarget create computeinstance -n i", "no compute instances");
    refused("ml compute crate -n x", "compute create");
    refused("ml computetarget amlcompute identity assign -n k", "have no identities");
    refused("ml computetarget get-credentials -n k", "no keys");
    for (String group : List.of("data", "model", "environment")) {
      refused("ml " + group + " create -f x.yml", "SDK", "docs/azure.md");
      refused("ml " + group + " list", "docs/azure.md");
    }
    refused("ml online-endpoint create -n e", "nothing is served");
    refused("ml component create -f x.yml", "no components");
    refused("ml schedule list", "no schedules");
    refused("ml workspace create -n w", "first created in it");
    Files.writeString(folder.resolve("list.yml"), "command: [python, train.py]\n");
    Typed.Said list = typed.ebb("ml job create -f list.yml");
    assertThat(list.code()).isEqualTo(2);
    assertThat(list.err()).contains("'command' is one text for /bin/sh, and no list");
  }

  @Test
  void workspacesAreListedShownAndDeleted() throws Exception {
    taken("ml compute create -w passing -n cpu --size Standard_D2s_v3");
    assertThat(typed.ebb("ml workspace list --query [].name -o tsv").out()).contains("passing\n");
    assertThat(typed.ebb("ml workspace list -g nobody -o json").out()).isEqualTo("[]\n");
    JsonNode shown = typed.ebb("ml workspace show -n passing").json();
    assertThat(shown.path("location").asString()).isEqualTo("eastus");
    assertThat(shown.path("resourceGroup").asString()).isEqualTo("ebb");
    assertThat(typed.ebb("ml workspace show -w passing -o table").out())
        .contains("passing", "Succeeded");
    taken("ml workspace delete -n passing --yes");
    assertThat(typed.ebb("ml workspace show -n passing").code()).isEqualTo(3);
    assertThat(typed.ebb("ml workspace delete -n passing --yes").code()).isEqualTo(3);
  }

  @Test
  void whatAzPrintsBesideAnAnswerIsTaken() throws Exception {
    for (String option : List.of("--only-show-errors", "--debug", "--verbose")) {
      taken("ml compute list " + option);
      taken("ml computetarget list " + option);
      taken("ml job list " + option);
    }
  }

  @Test
  void idleTimeThatIsTooLongIsToldInSeconds() throws Exception {
    Files.writeString(
        folder.resolve("long.yml"),
        "type: amlcompute\nname: idle\nsize: Standard_D2s_v3\nidle_time_before_scale_down: 2592001\n");
    Typed.Said said = typed.ebb("ml compute create -f long.yml");
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .contains("'2592001 s' is no value for idle time: allowed is 0 to 86400 s");
  }

  @Test
  void networkOfClusterIsClosedAsItIsTyped() throws Exception {
    assertThat(
            typed
                .ebb("ml compute create -n closed --size Standard_D2s_v3 --network none")
                .json()
                .path("network")
                .asString())
        .isEqualTo("none");
    assertThat(
            typed
                .ebb("ml computetarget create amlcompute -n open --max-nodes 1 --network on")
                .json()
                .at("/properties/properties/propertyBag/network")
                .asString())
        .isEqualTo("on");
  }

  @Test
  void pricesAndLimitsOfWhatThereIsNotAreRefused() throws Exception {
    taken("ml compute create -n priced --size Standard_D2s_v3");
    refused("price set --size Nope --list 1", "there is no size 'Nope'");
    refused("price set --size Standard_NC6", "no price is named", "--internal");
    refused("quota set --limit 4 --family nofamily", "there is no family 'nofamily'");
    taken("quota set --limit 4 --family standardDSv3Family");
    taken("price set --size standard_d2s_v3 --internal 0.08");
  }

  @Test
  void homeOfThePersonIsTheShells(@TempDir Path other) throws Exception {
    Typed there = new Typed(other, server.home()).set("HOME", other.toString());
    there.unset("XDG_CONFIG_HOME");
    assertThat(there.ebb("configure --defaults group=team").code()).isZero();
    assertThat(other.resolve(".config/ebb/defaults.json")).content().contains("team");
  }

  @Test
  void whatEachNodeWroteIsShownAndBrought() throws Exception {
    taken("ml compute create -n pair --size Standard_D2s_v3 --max-instances 2");
    Typed.Said ran =
        typed.ebb(
            "run --cluster pair --nodes 2 --name both -- echo|node|$EBB_NODE_RANK;|echo|$EBB_NODE_RANK|>|outputs/rank;|exit|$EBB_NODE_RANK");
    assertThat(ran.code()).as(ran.err()).isEqualTo(1);
    assertThat(ran.err())
        .contains("each of its 2 nodes has a log: ebb logs --stderr --rank 1 both");
    assertThat(typed.ebb("why both").out())
        .contains("what it wrote: ebb logs --stderr --rank N both\n");
    assertThat(typed.ebb("logs both").out()).isEqualTo("node 0\n");
    assertThat(typed.ebb("logs --rank 1 both").out()).isEqualTo("node 1\n");
    taken("ml job download -n both -p pair");
    Path artifacts = folder.resolve("pair/artifacts");
    assertThat(artifacts.resolve("outputs/rank")).hasContent("0");
    assertThat(artifacts.resolve("rank_1/outputs/rank")).hasContent("1");
    assertThat(artifacts.resolve("user_logs/std_log_process_1.txt")).hasContent("node 1");
  }

  @Test
  void deletionIsAskedForOnTerminal() throws Exception {
    taken("ml compute create -n kept --size Standard_D2s_v3");
    String question = "kept is deleted, and what runs on it is ended: go on?";
    for (String answer : List.of("n", "y")) {
      Typed.Said said =
          typed.onTerminal("ml compute delete -n kept", new Typed.Keys(question, answer + "\n"));
      assertThat(said.code()).as(said.out()).isEqualTo(answer.equals("n") ? 1 : 0);
      assertThat(typed.ebb("ml compute show -n kept").code()).isEqualTo(answer.equals("n") ? 0 : 3);
    }
  }
}
