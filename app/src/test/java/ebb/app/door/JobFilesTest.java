package ebb.app.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.cli.Ebb;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Files of jobs and clusters, and what is shown of an answer.
class JobFilesTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
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
    assertThat(refused.err())
        .contains("'command' of a job that there is does not change: display_name, description");
    assertThat(typed.ebb("ml job update -n words --set status=Failed").code()).isEqualTo(1);
    assertThat(typed.ebb("ml job update -n words").code()).isEqualTo(2);
    JsonNode removed = typed.ebb("ml job update -n words --remove tags.run --set tags.a=2").json();
    assertThat(removed.path("tags").toString()).isEqualTo("{\"a\":\"2\",\"best\":\"yes\"}");
    assertThat(typed.ebb("ml job update -n words --remove tags.run").err())
        .contains("'words' has no 'tags.run'");
    String path = "/subscriptions/ebb/resourceGroups/ebb" + AzureDoor.PROVIDER;
    String job = path + "/workspaces/main/jobs/words" + AzureDoor.VERSION;
    assertThat(server.put(job, AzureDoor.job("ls", ",\"computeId\":\"words\"")).body())
        .contains("Different is: command. Of a job that there is, displayName, description, tags");

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
    write(
        "newer.yml",
        "command: 'true'\nenvironment: azureml://registries/azureml/environments/sklearn-1.6/labels/latest\n");
    assertThat(typed.ebb("ml job create -f newer.yml").err())
        .contains(
            "there are azureml/sklearn-1.", "azureml/sklearn-1.5", " more. Name one of these");
    write("broken.yml", "command: [\n");
    assertThat(typed.ebb("ml job create -f broken.yml").err()).contains("cannot be read as YAML");
    assertThat(typed.ebb("ml job create -f nowhere.yml").code()).isEqualTo(2);
  }

  /// Refused by this program itself, with what it says; no program of its own, for there are many.
  private static String refused(String line) {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, UTF_8));
    try {
      Ebb.Parts nothing =
          new Ebb.Parts(
              (_, _) -> 0,
              (_, _, _) -> 0,
              _ -> {
                throw new IllegalStateException("nothing is started here");
              },
              _ -> {});
      assertThat(Ebb.run(nothing, ("--home " + server.home() + " " + line).split(" ")))
          .isEqualTo(2);
    } finally {
      System.setErr(before);
    }
    String told = said.toString(UTF_8);
    assertThat(told.lines()).as(line + ": " + told).hasSize(1);
    return told;
  }

  @Test
  void propertyOfAnotherShapeThanTheSchemasIsRefusedByItsName() throws Exception {
    String[][] jobs = {
      {"limits: 60", "'limits' must be an object, and is '60'."},
      {"limits: {timeout: 1h}", "'limits.timeout' must be a whole number of seconds, 1 or more"},
      {"limits: {timeout: -5}", "and is '-5'."},
      {"limits: {timeout: [5]}", "'limits.timeout' must be a whole number of seconds"},
      {"distribution: pytorch", "'distribution' must be an object, and is 'pytorch'."},
      {"distribution: {process_count_per_instance: 2}", "'distribution.type' is missing."},
      {"distribution: {type: [mpi]}", "'distribution.type' must be a text, and is a list."},
      {"compute: [cpu]", "'compute' must be a text, and is a list."},
      {"environment: [x]", "'environment' must be a text, and is a list."},
      {"environment: {image: [x]}", "'environment.image' must be a text, and is a list."},
      {"environment: {image: x, os_type: windows}", "nodes run Linux"},
      {"code: [src]", "'code' must be a text, and is a list."},
      {"code: {path: src}", "'code' must be a text, and is an object."},
      {"inputs: [a, b]", "'inputs' must be an object, and is a list."},
      {"inputs: {a: [1]}", "'inputs.a' must be a text, and is a list."},
      {"outputs: [a]", "'outputs' must be an object, and is a list."},
      {"outputs: {a: 5}", "'outputs.a' must be an object, and is '5'."},
      {"outputs: {a: {path: [x]}}", "'outputs.a.path' must be a text, and is a list."},
      {"resources: 2", "'resources' must be an object, and is '2'."},
      {"resources: {instance_count: many}", "'resources.instance_count' must be a whole number"},
      {"resources: {instance_type: [A, B]}", "'resources.instance_type' must be a text"},
      {"resources: {properties: x}", "'resources.properties' must be an object, and is 'x'."},
      {"queue_settings: spot", "'queue_settings' must be an object, and is 'spot'."},
      {"queue_settings: {job_tier: [5]}", "'queue_settings.job_tier' must be a text"},
      {"identity: managed", "'identity' must be an object, and is 'managed'."},
      {"identity: {type: manged}", "'manged' is no 'identity.type': there are aml_token"},
      {"identity: {client_id: x}", "'identity.type' is missing."},
      {"type: [a]", "'type' must be a text, and is a list."},
      {"name: [a]", "'name' must be a text, and is a list."},
      {"display_name: {a: b}", "'display_name' must be a text, and is an object."},
      {"tags: foo", "'tags' must be an object, and is 'foo'."},
      {"environment_variables: {A: [1]}", "'environment_variables.A' must be a text"},
      {"command: other", "line 2: Duplicate"},
    };
    for (String[] each : jobs) {
      write("shape.yml", "command: 'true'\n" + each[0] + "\n");
      assertThat(refused("ml job create -f " + file("shape.yml"))).contains(each[1]);
    }
    write("shape.yml", "command: 'true'\ninputs: {a: 1}\n");
    assertThat(refused("ml job create -f " + file("shape.yml") + " --set inputs=5"))
        .contains("'inputs' must be an object, and is '5'.");
    String[][] clusters = {
      {"size: [a]", "'size' must be a text, and is a list."},
      {"location: [a]", "'location' must be a text, and is a list."},
      {"tags: foo", "'tags' must be an object, and is 'foo'."},
      {"tags: {a: {b: c}}", "'tags.a' must be a text, and is an object."},
      {"min_instances: -3", "'min_instances' must be a whole number, 0 or more, and is '-3'."},
      {"max_instances: few", "'max_instances' must be a whole number, 0 or more, and is 'few'."},
      {"idle_time_before_scale_down: 1m", "'idle_time_before_scale_down' must be a whole number"},
      {"tier: bogus", "'bogus' is no tier of a cluster: there are dedicated and low_priority."},
    };
    for (String[] each : clusters) {
      write("shape.yml", "name: shape\n" + each[0] + "\n");
      assertThat(refused("ml compute create -f " + file("shape.yml"))).contains(each[1]);
    }
    assertThat(typed.ebb("ml compute show -n shape").code()).isEqualTo(3);
  }

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void numberOrOptionThatCannotBeMeantIsRefusedAndNotPassedOver() throws Exception {
    String cluster = "ml computetarget create amlcompute -n odd --max-nodes ";
    assertThat(refused(cluster + "1 --min-nodes -3")).contains("a minimum of -3 is not possible");
    assertThat(refused(cluster + "-1")).contains("a maximum of -1 is not possible");
    assertThat(refused("ml computetarget update amlcompute -n odd --max-nodes -1"))
        .contains("a maximum of -1 is not possible");
    assertThat(refused("ml compute update -n odd --max-instances -1"))
        .contains("'max_instances' must be a whole number, 0 or more, and is '-1'.");
    assertThat(refused("ml compute create -n odd --idle-time-before-scale-down -5"))
        .contains("'idle_time_before_scale_down' must be a whole number of seconds, 0 or more");
    assertThat(refused("run --gpus -1 -- true")).contains("'--gpus -1'", "name 1 or more");
    assertThat(refused("run --cpus -4 -- true")).contains("'--cpus -4'");
    assertThat(refused("run --nodes 0 -- true")).contains("'--nodes 0'");
    assertThat(refused("run --max 0s -- true")).contains("'--max 0s' leaves the job no time");
    assertThat(refused("run --size Standard_D2s_v3 --gpus 1 -- true"))
        .contains("--size names the size");
    assertThat(refused("run --no-code --code src -- true")).contains("leave one of them out");
  }

  @Test
  void tagsAndNumbersOfAClusterChangeAndNothingElseOfIt() throws Exception {
    typed.ebb("ml compute create -n changing --size Standard_D2s_v3 --tags a=1");
    JsonNode changed =
        typed
            .ebb(
                "ml compute update -n changing --tags team=red --set max_instances=3 tags.a=2 --min-instances 0")
            .json();
    assertThat(changed.path("max_instances").asInt()).isEqualTo(3);
    assertThat(changed.path("tags").toString()).isEqualTo("{\"a\":\"2\",\"team\":\"red\"}");
    assertThat(refused("ml compute update -n changing --set size=Standard_NC6"))
        .contains("'size' of a cluster that there is does not change: min_instances, ");
    assertThat(refused("ml compute update -n changing --set max_instance=2"))
        .contains("did you mean 'max_instances'?");
  }

  @Test
  void jobThatWouldBeRefusedIsRefusedBeforeItsFilesAreSent() throws Exception {
    typed.ebb("ml compute create -n judges --size Standard_D2s_v3 --max-instances 2");
    write("large/model.bin", "as if it were large");
    write("data/rows.csv", "1,2\n");
    Map<String, String> refused =
        Map.of(
            "run --cluster nosuch --code large -- true", "There is no cluster 'nosuch'",
            "run --size Standard_Nope --code large -- true", "There is no VM size 'Standard_Nope'",
            "run --cluster judges --nodes 3 --code large -- true", "asks for 3 nodes",
            "run --cluster judges --environment azureml:none:1 --code large -- true",
                "not known here",
            "run --cluster judges --env KEY=secret://none --code large -- true", "a secret 'none'",
            "run --cluster judges --name a.b --code large -- true", "is no name for a job");
    for (Map.Entry<String, String> each : refused.entrySet()) {
      Typed.Said said = typed.ebb(each.getKey());
      assertThat(said.code()).as(each.getKey()).isNotZero();
      assertThat(said.err()).contains(each.getValue()).doesNotContain("ebb: code large");
    }
    write(
        "both.yml",
        "command: cat ${{inputs.rows}}\ncode: large\ncompute: azureml:%s\ninputs: {rows: {type: uri_file, path: data/rows.csv}}\n");
    Typed.Said none = typed.ebb("ml job create -f both.yml --set compute=azureml:nosuch");
    assertThat(none.err())
        .contains("There is no cluster")
        .doesNotContain("ebb: code", "ebb: input");
    Map<String, String> local =
        Map.of(
            "inputs.rows.type=uri_folder", "is a file, and not what the type uri_folder says",
            "inputs.rows.type=uri_fil", "'uri_fil' is no 'inputs.rows.type'",
            "inputs.rows.path=data/absent.csv", "the property 'inputs.rows.path', is not there",
            "code=absent", "the property 'code', is not there");
    for (Map.Entry<String, String> each : local.entrySet()) {
      Typed.Said said =
          typed.ebb("ml job create -f both.yml --set compute=azureml:judges " + each.getKey());
      assertThat(said.code()).as(each.getKey()).isNotZero();
      assertThat(said.err()).contains(each.getValue()).doesNotContain("ebb: code", "ebb: input");
    }
    Typed.Said good = typed.ebb("ml job create --stream -f both.yml --set compute=azureml:judges");
    assertThat(good.code()).as(good.err()).isZero();
    assertThat(good.err()).contains("ebb: code", "ebb: input");
    assertThat(good.out()).isEqualTo("1,2\n");
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
