package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Files of jobs and clusters, and what is shown of an answer.
class JobFilesTest {
  @TempDir static Path folder;
  private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
    write(
        "src/train.sh", "echo \"trains with $RATE on $(cat \"$1\")\"; echo 42 > outputs/answer\n");
    write("src/notes.txt", "not needed\n");
    write("src/.amlignore", "notes.txt\n");
    write("data/table.csv", "a,b\n");
    write(
        "job.yml",
        """
        $schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
        type: command
        display_name: The first one
        command: sh train.sh ${{inputs.table}} && ls && echo ${{inputs.word}} > ${{outputs.result}}/word
        code: src
        environment_variables: {RATE: 0.5}
        inputs:
          word: hello
          table: {type: uri_file, path: data/table.csv}
        outputs:
          result:
        resources: {instance_type: Standard_D2s_v3}
        limits: {timeout: 600}
        tags: {kind: test}
        """);
  }

  @AfterAll
  static void end() throws Exception {
    server.close();
  }

  private static void write(String file, String content) throws Exception {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  @Test
  void outputThatIsOneFileIsDownloadedAndOneElsewhereIsSaidToBeThere() throws Exception {
    assertThat(typed.ebb("ml compute create -n any --size Standard_D2s_v3").code()).isZero();
    ServedHome.Answer put =
        server.put(
            "/ebb/v1/datastores/results",
            "{\"path\":\"%s\",\"mode\":\"rw\",\"workspaces\":[\"ebb/ebb/main\"]}"
                .formatted(Files.createDirectory(folder.resolve("results"))));
    assertThat(put.status()).as(put.body()).isEqualTo(201);
    write(
        "left.yml",
        """
        command: echo weights > ${{outputs.model}} && echo x > ${{outputs.away}}/x
        outputs:
          model: {type: uri_file}
          away: {path: azureml://datastores/results/paths/away}
        resources: {instance_type: Standard_D2s_v3}
        """);
    Typed.Said ran = typed.ebb("ml job create -f left.yml --name left -s");
    assertThat(ran.code()).as(ran.err()).isZero();
    Typed.Said brought = typed.ebb("ml job download -n left -p left --output-name model");
    assertThat(brought.err()).startsWith("ebb: brought 1 file to ");
    assertThat(folder.resolve("left/named-outputs/model/model")).hasContent("weights");
    Typed.Said away = typed.ebb("ml job download -n left -p left --output-name away");
    assertThat(away.code()).isEqualTo(3);
    assertThat(away.err()).contains("it is at azureml://datastores/results/paths/away");

    typed.ebb("run --size Standard_D2s_v3 --name holes -- truncate -s 5T outputs/holes");
    Typed.Said holes = typed.ebb("ml job download -n holes -p holes");
    assertThat(holes.code()).isEqualTo(1);
    assertThat(holes.err()).contains("'outputs/holes' alone has ", "Nothing was brought");
    assertThat(folder.resolve("holes")).doesNotExist();
  }

  @Test
  void jobOfFileFindsItsCodeAndInputsAndWhatItLeavesIsDownloaded() throws Exception {
    Typed.Said ran = typed.ebb("ml job create -f job.yml --name first --stream");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("trains with 0.5 on a,b\n", "train.sh\n");
    assertThat(ran.out()).doesNotContain("notes.txt");
    assertThat(ran.err())
        .contains("code ", "2 files", "input ", "running at most 0.0160 USD", "Standard_D2s_v3");

    Typed.Said again = typed.ebb("ml job create -f job.yml -n second -s --set inputs.word=changed");
    assertThat(again.err()).contains("2 files, already there");

    assertThat(typed.ebb("ml job download -n second -p got").code()).isZero();
    assertThat(folder.resolve("got/artifacts/outputs/answer")).hasContent("42");
    assertThat(folder.resolve("got/named-outputs/result/word")).hasContent("changed");
    assertThat(folder.resolve("got/artifacts/outputs/result")).doesNotExist();
    assertThat(folder.resolve("got/artifacts/user_logs/std_log.txt"))
        .content()
        .contains("trains with");
    assertThat(typed.ebb("ml job download -n second -p one --output-name result").code()).isZero();
    assertThat(folder.resolve("one/named-outputs/result/word")).hasContent("changed");
    assertThat(folder.resolve("one/artifacts")).doesNotExist();
    Typed.Said mistyped = typed.ebb("ml job download -n second --output-name resolt");
    assertThat(mistyped.code()).isEqualTo(3);
    assertThat(mistyped.err()).contains("second has no output 'resolt': it has result.");

    JsonNode shown = typed.ebb("ml job show -n first").json();
    assertThat(shown.path("display_name").asString()).isEqualTo("The first one");
    assertThat(shown.at("/tags/kind").asString()).isEqualTo("test");
    assertThat(shown.path("status").asString()).isEqualTo("Completed");
  }

  @Test
  void imageThatNoRegistryCanHaveIsRefusedBeforeAJobWaitsForIt() throws Exception {
    write(
        "unfit.yml",
        "{type: command, command: 'true', environment: {image: 'docker-archive:/x.tar'}}");
    Typed.Said refused = typed.ebb("ml job create -f unfit.yml -n unfit");
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("'docker-archive:/x.tar' is no name of an image");
    assertThat(typed.ebb("ml job show -n unfit").code()).isNotZero();
  }

  @Test
  void imageThatNothingStandsForIsRefusedWhenItIsSentToAClusterWithoutContainers()
      throws Exception {
    typed.ebb("ml compute create -n bare --size Standard_D2s_v3 --max-instances 1");
    String bare = "{command: 'true', compute: 'azureml:bare', environment: {image: '%s'}}";
    write("pictured.yml", bare.formatted("my/img:1"));
    write("serverless.yml", "{command: 'true', environment: {image: 'my/img:1'}}");
    write("known.yml", bare.formatted("library/python:3.11"));

    for (String file : List.of("pictured", "serverless")) {
      Typed.Said refused = typed.ebb("ml job create -n %1$s -f %1$s.yml".formatted(file));
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err())
          .contains("'my/img:1' runs in a container", "such as: my/img: {pip: ");
      assertThat(typed.ebb("ml job show -n " + file).code()).as("nothing was taken").isEqualTo(3);
    }
    assertThat(typed.ebb("ml compute list -o tsv").out()).doesNotContain("serverless-ds3v2");
    assertThat(typed.ebb("ml job create -n known -f known.yml --stream").code()).isZero();
  }

  @Test
  void jobIsUpdatedArchivedAndRestoredAsAzTypesIt() throws Exception {
    typed.ebb("ml compute create -n words --size Standard_D2s_v3 --max-instances 1");
    write("words.yml", "{type: command, command: 'true', compute: 'azureml:words', tags: {a: 1}}");
    assertThat(typed.ebb("ml job create -f words.yml -n words").code()).isZero();

    JsonNode updated =
        typed.ebb("ml job update -n words --set tags.best=yes display_name=best tags.run=7").json();
    assertThat(updated.path("display_name").asString()).isEqualTo("best");
    assertThat(updated.path("tags").toString())
        .isEqualTo("{\"a\":\"1\",\"best\":\"yes\",\"run\":\"7\"}");
    Typed.Said refused = typed.ebb("ml job update -n words --set command=ls");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("Different is: command.");

    assertThat(typed.ebb("ml job archive -n words").code()).isZero();
    String names = " --query [].name -o tsv";
    assertThat(typed.ebb("ml job list" + names).out().lines()).doesNotContain("words");
    assertThat(typed.ebb("ml job list --archived-only" + names).out().lines())
        .containsExactly("words");
    assertThat(typed.ebb("ml job list --include-archived" + names).out().lines()).contains("words");
    assertThat(typed.ebb("ml job restore -n words").code()).isZero();
    assertThat(typed.ebb("ml job list" + names).out().lines()).contains("words");
    assertThat(typed.ebb("ml job archive -n absent").code()).isEqualTo(3);
  }

  @Test
  void whatIsShownCanBeChosenWithJmesPathInAnyForm() throws Exception {
    typed.ebb("ml compute create -n alpha --size Standard_D2s_v3 --max-instances 3");
    String max = "max_instances";
    assertThat(typed.ebb("ml compute show -n alpha --query " + max + " -o tsv").out())
        .isEqualTo("3\n");
    assertThat(
            typed
                .ebb(
                    "ml compute list -o table --query [?name=='alpha'].{Cluster:name,Most:"
                        + max
                        + "}")
                .out())
        .isEqualTo("Cluster  Most\nalpha    3\n");
    assertThat(typed.ebb("ml compute show -n alpha -o yaml --query {name:name}").out())
        .isEqualTo("name: alpha\n");
    Typed.Said unfit = typed.ebb("ml compute show -n alpha --query [");
    assertThat(unfit.code()).isEqualTo(2);
    assertThat(unfit.err()).startsWith("ebb: InvalidRequest: --query is no JMESPath expression");
  }

  @Test
  void clusterOfFileTakesOptionsOverItsProperties() throws Exception {
    write(
        "cluster.yml",
        "name: of-file\ntype: amlcompute\nsize: STANDARD_D2S_V3\nmin_instances: 0\nmax_instances: 2\nidle_time_before_scale_down: 60\ntier: low_priority\n");
    JsonNode made =
        typed.ebb("ml compute create -f cluster.yml --set tags.team=red --max-instances 4").json();
    assertThat(made.path("max_instances").asInt()).isEqualTo(4);
    assertThat(made.path("min_instances").asInt()).isZero();
    assertThat(made.path("idle_time_before_scale_down").asInt()).isEqualTo(60);
    assertThat(made.path("tier").asString()).isEqualTo("low_priority");
    assertThat(made.at("/tags/team").asString()).isEqualTo("red");
  }

  @Test
  void propertyThatAsksForWhatIsNotDoneIsRefusedByItsName() throws Exception {
    write("ssh.yml", "name: with-ssh\ntype: amlcompute\nssh_settings: {admin_username: me}\n");
    assertThat(typed.ebb("ml compute create -f ssh.yml").err())
        .isEqualTo(
            "ebb: InvalidRequest: the property 'ssh_settings' asks for something that is not done so far: leave it out.\n");
    write("typo.yml", "command: ls\ncomputee: azureml:cpu\n");
    assertThat(typed.ebb("ml job create -f typo.yml").err())
        .isEqualTo(
            "ebb: InvalidRequest: there is no property 'computee': did you mean 'compute'?\n");
    write("sweep.yml", "type: sweep\ntrial: {}\n");
    assertThat(typed.ebb("ml job create -f sweep.yml").err()).contains("jobs of type 'sweep'");
    write("unknown.yml", "command: 'true'\nenvironment: azureml:of-nobody@latest\n");
    assertThat(typed.ebb("ml job create -f unknown.yml").err())
        .contains("'azureml:of-nobody@latest' is not known here", "of-nobody: {pip: [numpy]}");
    write("broken.yml", "command: [\n");
    assertThat(typed.ebb("ml job create -f broken.yml").err()).contains("cannot be read as YAML");
    assertThat(typed.ebb("ml job create -f nowhere.yml").code()).isEqualTo(2);
  }

  @Test
  void whatIsConfiguredNeedNotBeTyped() throws Exception {
    Typed other = new Typed(Files.createDirectories(folder.resolve("other")), server.home());
    assertThat(
            other.ebb("configure --defaults workspace=second group=team location=westus2").code())
        .isZero();
    assertThat(
            other
                .ebb("ml compute create -n far --size Standard_D2s_v3")
                .json()
                .path("id")
                .asString())
        .contains("/resourceGroups/team/", "/workspaces/second/");
    assertThat(other.ebb("ml compute show -n far --query location -o tsv").out())
        .isEqualTo("westus2\n");
    assertThat(other.ebb("ml compute show -n far -w main -g ebb").code()).isEqualTo(3);
    assertThat(other.ebb("configure --defaults workspace=").code()).isZero();
    assertThat(other.ebb("configure --defaults location=nowhere").err())
        .contains("There is no location 'nowhere'");
    assertThat(other.ebb("configure -l").out()).contains("westus2");
    assertThat(other.ebb("configure -l").out()).contains("group").doesNotContain("second");
    assertThat(other.ebb("configure -d colour=red").err()).contains("'colour' is no default");
  }

  @Test
  void commandThatNamesFileOfThisFolderBringsTheFolder() throws Exception {
    write("mine/tool.sh", "echo from $(ls)\n");
    Typed there = new Typed(folder.resolve("mine"), server.home());
    Typed.Said ran = there.ebb("run --size Standard_D2s_v3 -- sh tool.sh");
    assertThat(ran.out()).as(ran.err()).contains("tool.sh");
    Typed.Said without = there.ebb("run --no-code --size Standard_D2s_v3 -- sh tool.sh");
    assertThat(without.code()).isNotZero();
    assertThat(without.err()).contains("tool.sh"); // the shell's own words, on standard error

    assertThat(there.ebb("run --yaml --cluster alpha --max 2h -- sh tool.sh").out())
        .contains("code: .", "compute: azureml:alpha", "timeout: 7200")
        .contains("environment: azureml:ebb-host@latest");
    assertThat(there.ebb("run --az -- true").out())
        .contains("az ml job create --file job.yml --stream ");
    assertThat(there.ebb("run --az -d -- true").out()).doesNotContain("--stream");
    assertThat(there.ebb("run --cpus 3 --detach --name sized -- true").code()).isZero();
    assertThat(there.ebb("ml job show -n sized --query compute -o tsv").out())
        .contains("serverless-");
  }

  @Test
  void howThingsStandIsToldInOneScreen() throws Exception {
    assertThat(typed.ebb("run --size Standard_D2s_v3 --name broken -- exit|3").code()).isEqualTo(3);
    String status = typed.ebb("--home " + server.home()).out();
    assertThat(status).contains("main · 0 running", "list $", "! broken ended: exit code 3");
    assertThat(typed.ebb("top --once").out()).contains("CLUSTER", "NODES(min-max)", "serverless-");
    assertThat(typed.ebb("nodes").out()).contains("serverless-d2sv3");
    assertThat(typed.ebb("gc --dry-run").out()).startsWith("would free ");
    assertThat(typed.ebb("generate-completion").out()).contains("complete -F _complete_ebb");
  }
}
