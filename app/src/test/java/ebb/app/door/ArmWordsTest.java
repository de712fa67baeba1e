package ebb.app.door;

import static ebb.app.door.AzureDoor.LAB;
import static ebb.app.door.AzureDoor.on;
import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What Azure's bodies say is done, or refused by its name, and is answered as Azure spells it.
/// Each answer is held against the specification.
class ArmWordsTest {
  @TempDir static Path folder;
  private static ServedHome server;
  private static AzureDoor azure;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    azure = new AzureDoor(server);
    azure.send("PUT", LAB, "{\"location\":\"eastus\"}");
    azure.put("cpu");
  }

  @AfterAll
  static void end() {
    server.close();
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
}
