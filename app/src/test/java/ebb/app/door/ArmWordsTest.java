package ebb.app.door;

import static ebb.app.door.AzureDoor.LAB;
import static ebb.app.door.AzureDoor.on;
import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What Azure's bodies say is done, or refused by its name, and is answered as Azure spells it.
/// Each answer is held against the specification.
class ArmWordsTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static AzureDoor azure;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    azure = new AzureDoor(server);
    azure.send("PUT", LAB, "{\"location\":\"eastus\"}");
    azure.put("cpu");
  }

  /// Microsoft's client looks for the newest version itself, and names it in the job.
  @Test
  void namesThatComeWithTheServerHaveNewestVersionAsOthersHave() throws Exception {
    String environments = LAB + "/environments/";
    for (String name : new String[] {"ebb-host", "AzureML-sklearn-1.5", "python"}) {
      JsonNode versions = azure.get(environments + name + "/versions").path("value");
      assertThat(versions.size()).as(name).isEqualTo(1);
      assertThat(versions.get(0).path("name").asString()).isEqualTo("1");
      assertThat(versions.at("/0/properties/environmentType").asString()).isEqualTo("Curated");
      JsonNode known = azure.get(environments + name);
      assertThat(known.at("/properties/latestVersion").asString()).isEqualTo("1");
      azure.get(environments + name + "/versions/7"); // as jobs read it
    }
    String packages =
        azure
            .get(environments + "azureml-sklearn-1.5/versions/1")
            .at("/properties/condaFile")
            .asString();
    assertThat(packages).contains("- pip:\n  - 'scikit-learn==1.5.*'\n");
    String shown = "{\"properties\":{\"condaFile\":\"" + packages.replace("\n", "\\n") + "\"}}";
    assertThat(azure.send("PUT", environments + "copied/versions/1", shown).status())
        .as("the file can be sent again")
        .isEqualTo(201);
    String own = "{\"properties\":{\"image\":\"python:3.12\",\"environmentType\":\"Curated\"}}";
    assertThat(azure.send("PUT", environments + "own/versions/1", own).status()).isEqualTo(201);
    assertThat(
            azure.get(environments + "own/versions/1").at("/properties/environmentType").asString())
        .isEqualTo("UserCreated");
    String environment = ",\"environmentId\":\"" + environments + "ebb-host/versions/1\"";
    assertThat(azure.submit("on-host", "true", on("cpu") + environment).status()).isEqualTo(201);
    until("it is done", () -> azure.status("on-host").equals("Completed"));
  }

  @Test
  void namesThatComeWithTheServerAreNobodysToArchiveAndOnesOwnHidesThem() throws Exception {
    String environments = LAB + "/environments/";
    String archive = "{\"properties\":{\"isArchived\":true}}";
    assertThat(azure.send("PUT", environments + "AzureML-lightgbm-3.3", archive).status())
        .isEqualTo(404);
    String image = "{\"properties\":{\"image\":\"example.org/light:1\"}}";
    Answer host = azure.send("PUT", environments + "ebb-host/versions/1", image);
    assertThat(host.status()).isEqualTo(400);
    assertThat(host.body()).contains("ebb-host", "choose another name");
    azure.send("PUT", environments + "AzureML-lightgbm-3.3/versions/9", image);
    JsonNode versions = azure.get(environments + "AzureML-lightgbm-3.3/versions").path("value");
    assertThat(versions.size()).isEqualTo(1);
    assertThat(versions.at("/0/name").asString()).isEqualTo("9");
    assertThat(azure.send("GET", environments + "nobody-knows/versions", "").status())
        .isEqualTo(404);
    Answer windows =
        azure.send(
            "PUT",
            environments + "windows/versions/1",
            image.replace("}}", ",\"osType\":\"Windows\"}}"));
    assertThat(windows.status()).isEqualTo(400);
    assertThat(windows.body()).contains("osType", "Linux");
  }

  private static String fields(JsonNode node) {
    return node.toString();
  }

  private static void refused(String job, String more, String... said) throws Exception {
    Answer refused = azure.submit(job, "true", more);
    assertThat(refused.status()).as(more + refused.body()).isEqualTo(400);
    assertThat(refused.body()).as(more).contains(said);
    assertThat(azure.send("GET", LAB + "/jobs/" + job, "").status()).isEqualTo(404);
  }

  @Test
  void whatAJobAsksForIsRefusedByItsNameWhereItIsNotDone() throws Exception {
    String cpu = on("cpu");
    for (String resources :
        new String[] {
          "\"shmSize\":\"16m\"", "\"properties\":{\"a\":{\"b\":1}}", "\"dockerArgs\":\"-it\""
        }) {
      String name = resources.substring(1, resources.indexOf('"', 1));
      refused("unfit", cpu + ",\"resources\":{" + resources + "}", "resources." + name);
    }
    String size = ",\"resources\":{\"instanceType\":\"Standard_D4s_v3\"}";
    refused("unfit", cpu + size, "instanceType", "Standard_D4s_v3", "'cpu'", "STANDARD_D2S_V3");
    refused("unfit", ",\"computeId\":\"local\"" + size, "instanceType", "local");
    String service = "{\"s\":{\"jobServiceType\":\"Jupyter\"}}";
    refused("unfit", cpu + ",\"services\":" + service, "services");
    for (String limit : new String[] {"PT0S", "PT0.0001S", "P0D"}) {
      refused(
          "unfit", cpu + ",\"limits\":{\"timeout\":\"" + limit + "\"}", "limits.timeout", "PT1S");
    }
    refused("unfit", cpu + ",\"limits\":{\"jobLimitsType\":\"Sweep\"}", "jobLimitsType");
    for (String name : new String[] {"A B", "a-b", "a.b", "1a"}) {
      String variables = ",\"environmentVariables\":{\"" + name + "\":\"1\"}";
      refused("unfit", cpu + variables, "is no name of a variable: it has letters, digits");
    }
    refused("unfit", cpu + ",\"tags\":{\"a\":{\"b\":1}}", "tags.a");
    refused("unfit", cpu + ",\"distribution\":{\"processCountPerInstance\":2}", "distributionType");
    for (String place :
        new String[] {
          LAB.replace("/sub/", "/other/"), LAB.replace("/team/", "/other/"), LAB + "other"
        }) {
      String elsewhere = ",\"computeId\":\"" + place + "/computes/cpu\"";
      refused("unfit", elsewhere, "computeId", "its own workspace");
    }
    for (String malformed : new String[] {"a/b/cpu", "http://some/computes/cpu", LAB + "/x/cpu"}) {
      refused("unfit", ",\"computeId\":\"" + malformed + "\"", "computeId", "/computes/NAME");
    }
  }

  /// What Microsoft's clients send unasked, and what says what is so.
  @Test
  void whatClientsSendUnaskedIsTaken() throws Exception {
    String sdk =
        ",\"resources\":{\"instanceCount\":1,\"shmSize\":\"2g\",\"properties\":{},\"instanceType\":\"standard_d2s_v3\"},\"services\":{},\"limits\":null";
    String twice = on("cpu").replace("/subscriptions", "azureml://subscriptions");
    for (String compute : new String[] {on("cpu"), twice, ",\"computeId\":\"azureml:cpu\""}) {
      String name = "sdk" + compute.length();
      assertThat(azure.submit(name, "true", compute + sdk).status()).isEqualTo(201);
    }
    String workspace =
        "{\"location\":\"eastus\",\"kind\":\"Default\",\"sku\":{\"name\":\"Basic\",\"tier\":\"Basic\"},\"properties\":{\"friendlyName\":\"Lab\"}}";
    assertThat(azure.send("PUT", LAB, workspace).status()).isEqualTo(200);
    for (String other :
        new String[] {
          workspace.replace("Default", "FeatureStore"),
          workspace.replace("Basic", "Enterprise"),
          workspace.replace("Lab", "Our laboratory")
        }) {
      assertThat(azure.send("PUT", LAB, other).status()).as(other).isEqualTo(400);
    }
  }

  @Test
  void wordsAreReadInAnyCaseAndAnsweredAsAzureSpellsThem() throws Exception {
    String more =
        """
        ,"Distribution":{"distributionType":"pytorch","ProcessCountPerInstance":"2"},
        "identity":{"identityType":"amltoken"},"queueSettings":{"jobTier":"standard"},
        "limits":{"timeout":"","JobLimitsType":"command"},"resources":{"instanceCount":"1"},
        "inputs":{"n":{"jobInputType":"LITERAL","value":"7"},
        "d":{"jobInputType":"URI_FILE","uri":"https://localhost/d","mode":"ro_mount"}},
        "outputs":{"o":{"jobOutputType":"URI_FOLDER","mode":"readwritemount"}},
        "tags":{"Number":5,"True":true,"None":null},"properties":{"Number":5.5},
        "environmentVariables":{"A":1,"B":false,"C":null},"displayName":5
        """
            .replace("\n", "");
    String sent =
        "{\"properties\":{\"jobType\":\"command\",\"Command\":\"true\"" + on("cpu") + more + "}}";
    assertThat(azure.send("PUT", LAB + "/jobs/words", sent).status()).isEqualTo(201);
    JsonNode job = azure.get(LAB + "/jobs/words").path("properties");
    assertThat(job.path("jobType").asString()).isEqualTo("Command");
    assertThat(fields(job.path("distribution")))
        .isEqualTo("{\"distributionType\":\"PyTorch\",\"processCountPerInstance\":2}");
    assertThat(fields(job.path("identity"))).isEqualTo("{\"identityType\":\"AMLToken\"}");
    assertThat(fields(job.path("queueSettings"))).isEqualTo("{\"jobTier\":\"Standard\"}");
    assertThat(fields(job.path("limits"))).isEqualTo("{\"jobLimitsType\":\"Command\"}");
    assertThat(fields(job.path("resources"))).isEqualTo("{\"instanceCount\":1}");
    assertThat(job.at("/inputs/n/jobInputType").asString()).isEqualTo("literal");
    assertThat(job.at("/inputs/d/jobInputType").asString()).isEqualTo("uri_file");
    assertThat(job.at("/inputs/d/mode").asString()).isEqualTo("ReadOnlyMount");
    assertThat(job.at("/outputs/o/jobOutputType").asString()).isEqualTo("uri_folder");
    assertThat(job.at("/outputs/o/mode").asString()).isEqualTo("ReadWriteMount");
    assertThat(fields(job.path("tags")))
        .isEqualTo("{\"None\":null,\"Number\":\"5\",\"True\":\"true\"}");
    assertThat(job.at("/properties/Number").asString()).isEqualTo("5.5");
    assertThat(fields(job.path("environmentVariables")))
        .isEqualTo("{\"A\":\"1\",\"B\":\"false\",\"C\":\"\"}");
    assertThat(job.path("displayName").asString()).isEqualTo("5");

    assertThat(azure.send("PUT", LAB + "/jobs/words", sent).status()).isEqualTo(200);
    String shown = "{\"properties\":" + job + "}";
    assertThat(azure.send("PUT", LAB + "/jobs/words", shown).status()).isEqualTo(200);
    for (String type : new String[] {"tensorflow", "MPI"}) {
      String distribution = ",\"distribution\":{\"distributionType\":\"" + type + "\"}";
      azure.submit("of-" + type, "true", on("cpu") + distribution);
      azure.get(LAB + "/jobs/of-" + type);
    }
    String data =
        "{\"properties\":{\"dataType\":\"URI_FILE\",\"dataUri\":\"https://localhost/d\",\"tags\":{\"n\":5}}}";
    assertThat(azure.send("PUT", LAB + "/data/rows/versions/1", data).status()).isEqualTo(201);
    JsonNode rows = azure.get(LAB + "/data/rows/versions/1").path("properties");
    assertThat(rows.path("dataType").asString()).isEqualTo("uri_file");
    assertThat(rows.at("/tags/n").isString()).isTrue();
  }

  @Test
  void whatAzureHasAndEbbHasNotIsSaidByItsName() throws Exception {
    for (String path :
        new String[] {"components", "schedules", "connections", "codes", "onlineEndpoints"}) {
      Answer absent = azure.send("GET", LAB + "/" + path, "");
      assertThat(absent.status()).isEqualTo(404);
      assertThat(absent.body()).contains("NotSupported", "'" + path + "' is not done here");
    }
    for (String verb : new String[] {"start", "stop", "restart"}) {
      Answer absent = azure.send("POST", LAB + "/computes/cpu/" + verb, "");
      assertThat(absent.body()).contains("NotSupported", "'" + verb + "' is not done here");
    }
    String announced = azure.get(LAB).at("/properties/mlFlowTrackingUri").asString();
    String path = announced.replaceFirst("https?://[^/]+", "");
    Answer mlflow = server.get(path + "/api/2.0/mlflow/experiments/get-by-name");
    assertThat(mlflow.status()).isEqualTo(404);
    assertThat(mlflow.body()).contains("ENDPOINT_NOT_FOUND", "no MLflow tracking");
    assertThat(server.get("/nothing").body()).contains("PathNotFound");
    assertThat(server.get("/").body()).contains("PathNotFound");
  }
}
