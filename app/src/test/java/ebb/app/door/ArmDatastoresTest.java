package ebb.app.door;

import static ebb.app.door.AzureDoor.LAB;
import static ebb.app.door.AzureDoor.on;
import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Stores of blobs as Microsoft's clients find and read them; `clients/run` has the clients. Each
/// answer of the resource manager is held against the specification.
class ArmDatastoresTest {
  private static final String TEAM = LAB.replaceFirst("/lab$", "/");

  @TempDir static Path folder;
  private static ServedHome server;
  private static AzureDoor azure;
  private static Path rows;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    azure = new AzureDoor(server);
    for (String workspace : List.of("lab", "other")) {
      azure.send("PUT", TEAM + workspace, "{\"location\":\"eastus\"}");
    }
    azure.put("cpu");
    rows = Files.createDirectories(folder.resolve("rows/deep"));
    Files.writeString(rows.resolve("a b.csv"), "1,2\n");
    Files.writeString(folder.resolve("outside"), "not for jobs");
    Files.createSymbolicLink(rows.resolve("link"), folder.resolve("outside"));
    server.put(
        "/ebb/v1/datastores/rows",
        "{\"path\":\"%s\",\"workspaces\":[\"sub/team/lab\"]}".formatted(rows.getParent()));
    server.put(
        "/ebb/v1/secrets/key", "{\"value\":\"hush-hush\",\"workspaces\":[\"sub/team/lab\"]}");
    azure.submit(
        "left",
        "mkdir outputs/deep; printf 0123456789 > outputs/deep/ten; : > outputs/none; echo w > ${{outputs.model}}/w; echo $KEY",
        on("cpu")
            + ",\"outputs\":{\"model\":{\"jobOutputType\":\"uri_folder\"}},\"environmentVariables\":{\"KEY\":\"secret://key\"}");
    until("it is done", () -> azure.status("left").equals("Completed"));
  }

  @AfterAll
  static void end() {
    server.close();
  }

  /// A store as a client addresses it.
  private record Store(String address, String query) {
    static Store of(String name) throws Exception {
      JsonNode store = azure.get(LAB + "/datastores/" + name).path("properties");
      Answer secrets = azure.send("POST", LAB + "/datastores/" + name + "/listSecrets", "{}");
      assertThat(secrets.status()).as(secrets.body()).isEqualTo(200);
      String account = "http://" + store.path("accountName").asString();
      URI address = URI.create(account + ".blob." + store.path("endpoint").asString());
      assertThat(address.getPort()).isEqualTo(server.port());
      return new Store(
          address.getRawPath() + "/" + store.path("containerName").asString(),
          secrets.text("sasToken"));
    }

    Answer get(String path) throws Exception {
      return server.send("GET", address + "/" + path + "?" + query, "", "");
    }

    Answer part(String path, String range) throws Exception {
      return server.ranged(address + "/" + path + "?" + query, range);
    }

    List<String> names(String more) throws Exception {
      Answer listed =
          server.send("GET", address + "?restype=container&comp=list&" + more + query, "", "");
      assertThat(listed.status()).as(listed.body()).isEqualTo(200);
      List<String> names = new ArrayList<>();
      Matcher name = Pattern.compile("<Name>([^<]*)</Name>").matcher(listed.body());
      while (name.find()) {
        names.add(name.group(1));
      }
      return names;
    }
  }

  @Test
  void storesAreListedWithOneThatIsTheDefault() throws Exception {
    JsonNode all = azure.get(LAB + "/datastores");
    assertThat(all.path("value").findValuesAsString("name"))
        .containsExactly("rows", "workspaceartifactstore", "workspaceblobstore");
    JsonNode standard = azure.get(LAB + "/datastores" + AzureDoor.VERSION + "&isDefault=true");
    assertThat(standard.path("value").findValuesAsString("name"))
        .containsExactly("workspaceblobstore");
    JsonNode other = azure.get(TEAM + "other/datastores");
    assertThat(other.path("value").findValuesAsString("name")).doesNotContain("rows");
    assertThat(azure.send("GET", TEAM + "other/datastores/rows", "").status()).isEqualTo(404);
    assertThat(azure.send("POST", LAB + "/datastores/absent/listSecrets", "").status())
        .isEqualTo(404);
  }

  @Test
  void whatAJobHasLeftIsListedAndReadWithoutItsSecrets() throws Exception {
    Store store = Store.of("workspaceartifactstore");
    String run = "ExperimentRun/dcid.left/";
    assertThat(store.names("prefix=" + run + "&"))
        .containsExactly(
            run + "outputs/deep/ten",
            run + "outputs/model/w",
            run + "outputs/none",
            run + "user_logs/std_log.txt",
            run + "user_logs/std_log_stderr.txt");
    assertThat(store.names("prefix=" + run + "outputs/&delimiter=/&"))
        .containsExactly(run + "outputs/deep/", run + "outputs/model/", run + "outputs/none");
    assertThat(store.names("prefix=" + run + "outputs/&marker=" + run + "outputs/model/w&"))
        .containsExactly(run + "outputs/none");
    assertThat(store.names("")).isEmpty();
    assertThat(store.names("prefix=ExperimentRun/dcid.absent/&")).isEmpty();
    assertThat(store.get(run + "user_logs/std_log.txt").body()).isEqualTo("*********\n");
    Answer part = store.part(run + "outputs/deep/ten", "bytes=2-4");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("234");
    assertThat(part.headers().firstValue("Content-Range")).contains("bytes 2-4/10");
    Answer none = store.part(run + "outputs/none", "bytes=0-9");
    assertThat(none.status()).isEqualTo(416);
    assertThat(none.headers().firstValue("x-ms-error-code")).contains("InvalidRange");
    assertThat(Store.of("workspaceblobstore").get("azureml/left/model/w").body()).isEqualTo("w\n");
    for (String absent :
        List.of("outputs/absent", "outputs/deep", "rank_1/outputs/none", "stdout")) {
      Answer answer = store.get(run + absent);
      assertThat(answer.status()).as(absent + answer.body()).isIn(400, 404);
    }
  }

  @Test
  void registeredFolderIsReadAndNothingThatALinkInItLeadsTo() throws Exception {
    Store store = Store.of("rows");
    assertThat(store.names("prefix=de&")).containsExactly("deep/a b.csv");
    assertThat(store.names("prefix=deep/&")).containsExactly("deep/a b.csv");
    assertThat(store.get("deep/a%20b.csv").body()).isEqualTo("1,2\n");
    for (String out : List.of("deep/link", "deep/%2e%2e/%2e%2e/outside", "absent", "deep")) {
      Answer refused = store.get(out);
      assertThat(refused.status()).as(out + refused.body()).isIn(400, 404);
      assertThat(refused.body()).doesNotContain("not for jobs", folder.toString());
    }
  }

  @Test
  void secretOfAStoreLetsIntoNothingElse() throws Exception {
    Store rows = Store.of("rows");
    Store left = Store.of("workspaceartifactstore");
    String path = "/ExperimentRun/dcid.left/outputs/deep/ten?";
    assertThat(server.send("GET", left.address() + path + rows.query(), "", "").status())
        .isEqualTo(401);
    assertThat(server.send("GET", left.address() + path, "", "").status()).isEqualTo(401);
    assertThat(server.send("GET", LAB + AzureDoor.VERSION + "&" + left.query(), "", "").status())
        .isEqualTo(401);
  }

  @Test
  void outputsOfARunAreToldWithTheirAddresses() throws Exception {
    String history = "/history/v1.0" + LAB + "/rundata";
    Answer told = server.send("POST", history, "{\"runId\":\"left\",\"selectRunMetadata\":true}");
    assertThat(told.status()).as(told.body()).isEqualTo(200);
    String address = "azureml://datastores/workspaceblobstore/paths/azureml/left/model/";
    assertThat(AzureDoor.json(told).at("/runMetadata/outputs/model/assetId").asString())
        .isEqualTo(address);
    Answer resolved =
        server.send(
            "POST",
            "/data/v1.0" + LAB + "/dataversion/batchGetResolvedUris",
            "{\"values\":[\"" + address + "\"]}");
    assertThat(AzureDoor.json(resolved).path("values").path(address).path("uri").asString())
        .isEqualTo(address);
    assertThat(server.send("POST", history, "{\"runId\":\"absent\"}").status()).isEqualTo(404);
  }
}
