package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What `ebb ml` prints is what scripts that were written for `az ml` look into.
class AzShapeTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
    Files.writeString(folder.resolve("table.csv"), "a,b\n");
    Files.writeString(
        folder.resolve("hello.yml"),
        """
        $schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
        command: echo "hello world" > ${{outputs.result}}/word
        display_name: simple hello
        experiment_name: greetings
        environment: azureml:ebb-host@latest
        environment_variables: {RATE: "0.5"}
        inputs:
          word: "1"
          table: {type: uri_file, path: table.csv, mode: ro_mount}
        outputs: {result: {type: uri_folder, mode: rw_mount}}
        compute: azureml:cpu-cluster
        resources: {instance_count: 1}
        limits: {timeout: 600}
        tags: {since: "2026-11-29", count: "7"}
        """);
    assertThat(
            typed
                .ebb(
                    "ml compute create -n cpu-cluster --type AmlCompute --size Standard_D2s_v3 --max-instances 2 --tags a=b -o none")
                .code())
        .isZero();
    assertThat(typed.ebb("ml job create -f hello.yml --name hello --stream").code()).isZero();
  }

  @Test
  void jobIsFlatAndInTheWordsOfItsFile() throws Exception {
    JsonNode job = typed.ebb("ml job show -n hello").json();
    assertThat(job.path("status").asString()).isEqualTo("Completed");
    assertThat(job.path("display_name").asString()).isEqualTo("simple hello");
    assertThat(job.path("experiment_name").asString()).isEqualTo("greetings");
    assertThat(job.path("type").asString()).isEqualTo("command");
    assertThat(job.path("id").asString()).startsWith("azureml:/subscriptions/").endsWith("/hello");
    assertThat(job.path("resourceGroup").asString()).isEqualTo("ebb");
    assertThat(job.path("compute").asString()).isEqualTo("azureml:cpu-cluster");
    assertThat(job.path("environment").asString()).startsWith("azureml:ebb-host");
    assertThat(job.at("/environment_variables/RATE").asString()).isEqualTo("0.5");
    assertThat(job.at("/inputs/word").asString()).isEqualTo("1");
    assertThat(job.at("/inputs/table/type").asString()).isEqualTo("uri_file");
    assertThat(job.at("/inputs/table/mode").asString()).isEqualTo("ro_mount");
    assertThat(job.at("/outputs/result/type").asString()).isEqualTo("uri_folder");
    assertThat(job.at("/resources/instance_count").asInt()).isEqualTo(1);
    assertThat(job.at("/limits/timeout").asInt()).isEqualTo(600);
    assertThat(job.at("/tags/count").asString()).isEqualTo("7");
    assertThat(job.at("/properties/ebb.end.cause").asString()).isEqualTo("succeeded");
    assertThat(job.at("/creation_context/created_at").asString()).startsWith("20");
    assertThat(job.path("services").isObject()).isTrue();
    assertThat(
            typed
                .ebb("ml job list --query [?contains(display_name,'simple|hello')].name -o tsv")
                .out())
        .isEqualTo("hello\n");
    assertThat(typed.ebb("ml job show -n hello --query services.Studio.endpoint -o tsv").out())
        .as("there is no page to open")
        .isEmpty();
  }

  @Test
  void clusterIsFlatAndInTheWordsOfItsFile() throws Exception {
    JsonNode cluster = typed.ebb("ml compute show -n cpu-cluster").json();
    assertThat(cluster.path("type").asString()).isEqualTo("amlcompute");
    assertThat(cluster.path("provisioning_state").asString()).isEqualTo("Succeeded");
    assertThat(cluster.path("size").asString()).isEqualTo("Standard_D2s_v3");
    assertThat(cluster.path("tier").asString()).isEqualTo("dedicated");
    assertThat(cluster.path("min_instances").asInt()).isZero();
    assertThat(cluster.path("max_instances").asInt()).isEqualTo(2);
    assertThat(cluster.path("idle_time_before_scale_down").asInt()).isEqualTo(120);
    assertThat(cluster.path("location").asString()).isEqualTo("eastus");
    assertThat(cluster.path("id").asString()).startsWith("/subscriptions/");
    assertThat(cluster.path("network_settings").isObject()).isTrue();
    assertThat(cluster.at("/tags/a").asString()).isEqualTo("b");
    assertThat(
            typed
                .ebb(
                    "ml compute list-sizes --query [?name=='Standard_D2s_v3'].{Name:name,Gpus:gpus,Cpus:v_cp_us} -o table")
                .out())
        .isEqualTo("Name             Gpus  Cpus\nStandard_D2s_v3  0     2\n");
    assertThat(typed.ebb("ml compute list-usage --query [0].current_value -o tsv").out())
        .containsPattern("^[0-9]+\n$");
    assertThat(
            typed.ebb("ml computetarget show -n cpu-cluster").json().at("/properties/computeType"))
        .as("the first command line has the words of REST")
        .hasToString("\"AmlCompute\"");
  }

  /// The steps of azureml-examples' `cli/run-job.sh`.
  @Test
  void scriptThatSubmitsAndWaitsForAzDoesSoWithEbbInItsPlace() throws Exception {
    Path az = Files.createDirectories(folder.resolve("bin")).resolve("az");
    Files.writeString(
        az,
        "#!/bin/sh\nEBB_HOME='%s' exec '%s' ebb.app.Main \"$@\"\n"
            .formatted(server.home(), String.join("' '", Program.java("-Xmx128m"))));
    Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
    Files.writeString(
        folder.resolve("run-job.sh"),
        """
        run_id=$(az ml job create -f $1 --query name -o tsv)
        if [[ -z "$run_id" ]]; then echo "Job creation failed"; exit 3; fi
        az ml job show -n $run_id
        status=$(az ml job show -n $run_id --query status -o tsv)
        if [[ -z "$status" ]]; then echo "Status query failed"; exit 4; fi
        job_uri=$(az ml job show -n $run_id --query services.Studio.endpoint)
        running=("Queued" "NotStarted" "Starting" "Preparing" "Running" "Finalizing" "Provisioning")
        while [[ ${running[*]} =~ $status ]]; do
          sleep 1
          status=$(az ml job show -n $run_id --query status -o tsv)
        done
        if [[ $status == "Completed" ]]; then echo "Job completed"; exit 0; fi
        echo "Status is $status"; exit 1
        """);
    Path out = folder.resolve("run-job.out");
    ProcessBuilder shell =
        new ProcessBuilder("bash", "run-job.sh", "hello.yml")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    shell.environment().merge("PATH", az.getParent().toString(), (old, added) -> added + ":" + old);
    shell.environment().put("XDG_CONFIG_HOME", folder.resolve("config").toString());
    assertThat(shell.start().waitFor()).as(Files.readString(out)).isZero();
    assertThat(out).content().contains("\"status\": \"", "Job completed\n");
  }

  @Test
  void jsonIsWrittenAsAzWritesIt() throws Exception {
    assertThat(typed.ebb("ml job show -n hello --query {name:name,b:status,a:tags.none}").out())
        .isEqualTo(
            """
            {
              "a": null,
              "b": "Completed",
              "name": "hello"
            }
            """);
    assertThat(typed.ebb("ml job list --query [?name=='nobody'].name").out()).isEqualTo("[]\n");
    assertThat(typed.ebb("ml compute show -n cpu-cluster -o jsonc --query network_settings").out())
        .isEqualTo("{}\n");
  }

  @Test
  void yamlHasTheTypesOfJson() throws Exception {
    String query = " --query {word:inputs.word,rate:environment_variables.RATE,since:tags.since";
    query += ",at:creation_context.created_at,max:limits.timeout,name:name}";
    String yaml = typed.ebb("ml job show -n hello -o yaml" + query).out();
    assertThat(yaml)
        .contains("word: \"1\"\n", "rate: \"0.5\"\n", "since: \"2026-11-29\"\n", "at: \"20")
        .contains("max: 600\n", "name: hello\n");
  }

  @Test
  void tsvHasTheValuesOfObject() throws Exception {
    String chosen =
        "{name:name,max:max_instances,ssh:ssh_public_access_enabled,tags:tags,no:nothing}";
    assertThat(typed.ebb("ml compute show -n cpu-cluster -o tsv --query " + chosen).out())
        .isEqualTo("cpu-cluster\t2\tFalse\t\tNone\n");
    assertThat(typed.ebb("ml compute show -n cpu-cluster -o tsv").out())
        .contains("cpu-cluster\t", "\tamlcompute\t", "\tSucceeded\t")
        .hasLineCount(1);
  }
}
