package ebb.app.door;

import static ebb.app.door.AzureDoor.LAB;
import static ebb.app.door.AzureDoor.VERSION;
import static ebb.app.door.AzureDoor.on;
import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Names and versions of assets at Azure's paths: the same for every kind. Each answer is held
/// against the specification.
class ArmAssetsTest {
  private static final String TEAM = LAB.replaceFirst("/lab$", "/");

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static AzureDoor azure;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    azure = new AzureDoor(server);
    azure.send("PUT", LAB, "{\"location\":\"eastus\"}");
    Path files = Files.createDirectories(folder.resolve("files/one"));
    Files.createDirectories(folder.resolve("files/other"));
    server.put(
        "/ebb/v1/datastores/files",
        "{\"path\":\"%s\",\"workspaces\":[\"sub/team/lab\"]}".formatted(files.getParent()));
  }

  /// The kinds, with two versions that differ.
  enum Kind {
    DATA("data", "\"dataType\":\"uri_folder\",\"dataUri\":\"azureml://datastores/files/paths/%s\""),
    MODELS(
        "models",
        "\"modelType\":\"mlflow_model\",\"modelUri\":\"azureml://datastores/files/paths/%s\""),
    ENVIRONMENTS("environments", "\"image\":\"example.org/tools:%s\"");

    private final String path;
    private final String properties;

    Kind(String path, String properties) {
      this.path = path;
      this.properties = properties;
    }

    String of(String name) {
      return LAB + "/" + path + "/" + name;
    }

    String version(String name, String version) {
      return of(name) + "/versions/" + version;
    }

    String body(String which, String more) {
      return "{\"properties\":{" + properties.formatted(which) + more + "}}";
    }

    Answer put(String name, String version, String which, String more) throws Exception {
      return azure.send("PUT", version(name, version), body(which, more));
    }
  }

  @Test
  void environmentThatNoJobCouldHaveIsRefusedWhenItIsSent() throws Exception {
    String path = Kind.ENVIRONMENTS.version("conda", "1");
    String body =
        "{\"properties\":{\"image\":\"python:3.12\",\"condaFile\":\"dependencies: [%s]\"}}";
    Answer refused = azure.send("PUT", path, body.formatted("cudatoolkit=11.3"));
    assertThat(refused.status()).as(refused.body()).isEqualTo(400);
    assertThat(refused.body())
        .contains("'cudatoolkit', which is not on PyPI as conda has it", "leave it out");
    assertThat(azure.send("PUT", path, body.formatted("]")).status()).isEqualTo(400);
    assertThat(azure.send("GET", path, "").status()).isEqualTo(404);
    assertThat(azure.send("PUT", path, body.formatted("numpy")).status()).isEqualTo(201);
  }

  @ParameterizedTest
  @EnumSource
  void whoeverNamesWhatIsNotThereIsToldWhatIs(Kind kind) throws Exception {
    for (String version : List.of("1", "2", "10")) {
      assertThat(kind.put("roses-red", version, "one", "").status()).isEqualTo(201);
    }
    String word = kind.path.replaceFirst("s$", "");
    for (String path : List.of(kind.of("roses-rde"), kind.version("roses-rde", "1"))) {
      Answer mistyped = azure.send("GET", path, "");
      assertThat(mistyped.status()).isEqualTo(404);
      assertThat(mistyped.text("message"))
          .startsWith(
              "There is no %s 'roses-rde' in this workspace: there are roses-red".formatted(word));
    }
    assertThat(azure.send("GET", kind.version("roses-red", "11"), "").text("message"))
        .isEqualTo("The %s 'roses-red' has no version 11: there are 1, 10, 2.".formatted(word));
  }

  @Test
  void jobThatNamesAnAssetThatIsNotThereIsToldWhatIs() throws Exception {
    azure.put("cpu");
    Kind.DATA.put("tulips", "1", "one", "");
    Kind.ENVIRONMENTS.put("tools-of-ours", "1", "one", "");
    String input = ",\"inputs\":{\"in\":{\"jobInputType\":\"uri_folder\",\"uri\":\"azureml:%s\"}}";
    assertThat(
            azure.submit("a", "ls ${{inputs.in}}", on("cpu") + input.formatted("tulip:1")).body())
        .contains("There is no data 'tulip' in this workspace: there are tulips");
    assertThat(
            azure.submit("a", "ls ${{inputs.in}}", on("cpu") + input.formatted("tulips:2")).body())
        .contains("The data 'tulips' has no version 2 that a job can name so: there are 1.");
    String environment = on("cpu") + ",\"environmentId\":\"azureml:tools-of-ours:%s\"";
    assertThat(azure.submit("a", "true", environment.formatted("7")).body())
        .contains("not known here: there are tools-of-ours:1. Name one of these");
  }

  private static List<String> names(String path) throws Exception {
    return azure.get(path).path("value").findValuesAsString("name");
  }

  private static List<String> names(String path, String view) throws Exception {
    return names(path + VERSION + "&listViewType=" + view);
  }

  @ParameterizedTest
  @EnumSource
  void versionStaysWhatItIsAndWhatIsSaidAboutItChanges(Kind kind) throws Exception {
    assertThat(kind.put("stays", "1", "one", ",\"tags\":{\"a\":\"1\"}").status()).isEqualTo(201);
    JsonNode made = azure.get(kind.version("stays", "1"));
    Answer said = kind.put("stays", "1", "one", ",\"description\":\"said later\"");
    assertThat(said.status()).as(said.body()).isEqualTo(200);
    JsonNode shown = azure.get(kind.version("STAYS", "1"));
    assertThat(shown.at("/properties/description").asString()).isEqualTo("said later");
    assertThat(shown.at("/properties/tags").isMissingNode()).isTrue();
    assertThat(shown.at("/systemData/createdAt")).isEqualTo(made.at("/systemData/createdAt"));
    assertThat(azure.send("PUT", kind.version("stays", "1"), shown.toString()).status())
        .as("as it was shown")
        .isEqualTo(200);
    String upper = kind.body("one", "");
    for (String name : List.of("dataType", "dataUri", "modelType", "modelUri", "image")) {
      upper = upper.replace(name, name.toUpperCase(Locale.ROOT));
    }
    assertThat(azure.send("PUT", kind.version("stays", "1"), upper).status()).isEqualTo(200);
    assertThat(azure.send("PUT", kind.version("stays", "1"), shown.toString()).status())
        .isEqualTo(200);
    Answer other = kind.put("stays", "1", "other", "");
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.body()).contains("versions do not change");
    assertThat(kind.put("stays", "a$b", "one", "").status()).isEqualTo(400);
    assertThat(azure.get(kind.version("stays", "1"))).isEqualTo(shown);
  }

  @ParameterizedTest
  @EnumSource
  void archivedVersionIsLeftOutUntilItIsRestored(Kind kind) throws Exception {
    for (String version : List.of("9", "10")) {
      assertThat(kind.put("archived", version, "one", "").status()).isEqualTo(201);
    }
    String versions = kind.of("archived") + "/versions";
    assertThat(kind.put("archived", "10", "one", ",\"isArchived\":true").status()).isEqualTo(200);
    assertThat(names(versions)).containsExactly("9");
    assertThat(names(versions, "ArchivedOnly")).containsExactly("10");
    assertThat(names(versions, "all")).containsExactly("10", "9");
    assertThat(azure.send("GET", versions + VERSION + "&listViewType=some", "").status())
        .isEqualTo(400);
    JsonNode name = azure.get(kind.of("archived")).path("properties");
    assertThat(name.path("latestVersion").asString()).isEqualTo("9");
    assertThat(name.path("nextVersion").asString()).isEqualTo("11");
    assertThat(azure.get(kind.version("archived", "10")).at("/properties/isArchived").asBoolean())
        .isTrue();

    // The whole name, as clients do it: what was shown is sent again.
    JsonNode shown = azure.get(kind.of("archived"));
    String all = shown.toString().replace("\"isArchived\":false", "\"isArchived\":true");
    assertThat(azure.send("PUT", kind.of("archived"), all).status()).isEqualTo(200);
    assertThat(names(versions)).isEmpty();
    assertThat(names(LAB + "/" + kind.path)).doesNotContain("archived");
    assertThat(names(LAB + "/" + kind.path, "ArchivedOnly")).contains("archived");
    assertThat(azure.send("PUT", kind.of("archived"), shown.toString()).status()).isEqualTo(200);
    assertThat(names(versions)).containsExactly("10", "9");
    String words = "{\"properties\":{\"tags\":{\"a\":\"1\"},\"dataType\":\"uri_folder\"}}";
    assertThat(azure.send("PUT", kind.of("archived"), words).body()).contains("of a version");
    assertThat(azure.send("PUT", kind.of("absent"), shown.toString()).status()).isEqualTo(404);
  }

  @Test
  void pageEndsAfterSomeNamesThatItDoesNotShowAndTheNextGoesOnThere() throws Exception {
    azure.send("PUT", TEAM + "many", "{\"location\":\"eastus\"}");
    String list = TEAM + "many/environments";
    for (int i = 0; i <= 100; i++) {
      String more = i < 100 ? "" : ",\"isArchived\":true";
      String path = list + "/name-%03d/versions/1".formatted(i);
      assertThat(server.put(path + VERSION, Kind.ENVIRONMENTS.body("one", more)).status())
          .isEqualTo(201);
    }
    JsonNode first = azure.get(list + VERSION + "&listViewType=ArchivedOnly");
    assertThat(first.path("value")).isEmpty();
    URI next = URI.create(first.path("nextLink").asString());
    JsonNode second = azure.get(next.getRawPath() + "?" + next.getRawQuery());
    assertThat(second.path("value").findValuesAsString("name")).containsExactly("name-100");
    assertThat(second.path("nextLink").asString("")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void deletedVersionIsGoneAndANameGoesWithItsLast(Kind kind) throws Exception {
    for (String version : List.of("1", "2", "3")) {
      assertThat(kind.put("deleted", version, "one", "").status()).isEqualTo(201);
    }
    assertThat(azure.send("DELETE", kind.version("deleted", "3"), "").status()).isEqualTo(200);
    assertThat(azure.send("DELETE", kind.version("deleted", "3"), "").status()).isEqualTo(204);
    assertThat(azure.get(kind.of("deleted")).at("/properties/latestVersion").asString())
        .isEqualTo("2");
    assertThat(azure.send("DELETE", kind.of("deleted"), "").status()).isEqualTo(200);
    assertThat(azure.send("DELETE", kind.of("deleted"), "").status()).isEqualTo(204);
    assertThat(azure.send("GET", kind.of("deleted"), "").status()).isEqualTo(404);
    assertThat(azure.send("GET", kind.of("deleted") + "/versions", "").status()).isEqualTo(404);
    assertThat(names(LAB + "/" + kind.path, "All")).doesNotContain("deleted");
  }

  @Test
  void namesAndVersionsComeInPages() throws Exception {
    Kind kind = Kind.ENVIRONMENTS;
    String lab = TEAM + "pages";
    azure.send("PUT", lab, "{\"location\":\"eastus\"}");
    String all = lab + "/" + kind.path;
    for (int i = 101; i <= 201; i++) {
      azure.send("PUT", all + "/n" + i + "/versions/1", kind.body("one", ""));
      azure.send("PUT", all + "/many/versions/v" + i, kind.body("one", ""));
    }
    JsonNode first = azure.get(all);
    assertThat(first.path("value")).hasSize(100);
    assertThat(azure.next(first).path("value").findValuesAsString("name"))
        .containsExactly("n200", "n201");
    JsonNode newest = azure.get(all + "/many/versions");
    assertThat(newest.path("value").findValuesAsString("name"))
        .hasSize(100)
        .startsWith("v201", "v200");
    assertThat(azure.next(newest).path("value").findValuesAsString("name")).containsExactly("v101");
  }

  private static Answer model(String name, String version, String uri) throws Exception {
    return azure.send(
        "PUT",
        Kind.MODELS.version(name, version),
        "{\"properties\":{\"modelUri\":\"%s\"}}".formatted(uri));
  }

  private static String input(String type, String uri) {
    return on("cpu")
        + ",\"inputs\":{\"model\":{\"jobInputType\":\"%s\",\"uri\":\"%s\"}}".formatted(type, uri);
  }

  private static String printed(String job, String line, String input) throws Exception {
    Answer taken = azure.submit(job, line, input);
    assertThat(taken.status()).as(taken.body()).isEqualTo(201);
    until("it has ended", () -> azure.status(job).matches("Completed|Failed"));
    return server.get("/ebb/v1/workspaces/sub/team/lab/jobs/" + job + "/logs").body();
  }

  /// A job that has left a model in two ways, and a link.
  private static void train() throws Exception {
    azure.put("cpu");
    printed(
        "trains",
        "mkdir -p outputs/best/deep ${{outputs.named}}; echo w > outputs/best/weights; echo m > outputs/best/deep/more; ln -s /etc/passwd outputs/best/link; echo n > ${{outputs.named}}/n; echo o > ${{outputs.one}}",
        on("cpu")
            + ",\"outputs\":{\"named\":{\"jobOutputType\":\"custom_model\"},\"one\":{\"jobOutputType\":\"uri_file\"}}");
  }

  @Test
  void modelOfWhatAJobHasLeftIsAnInputAndOutlivesTheJob() throws Exception {
    train();
    String artifacts = "azureml://jobs/trains/outputs/artifacts/paths/";
    Answer made = model("best", "1", artifacts + "outputs/best/");
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    JsonNode properties = AzureDoor.json(made).path("properties");
    assertThat(properties.path("modelType").asString()).isEqualTo("custom_model");
    assertThat(properties.path("modelUri").asString())
        .endsWith("/workspaceartifactstore/paths/ExperimentRun/dcid.trains/outputs/best/");
    assertThat(model("best", "1", artifacts + "outputs/best/").status()).isEqualTo(200);
    String elsewhere = Kind.MODELS.version("best", "1").replace("Groups/team/", "Groups/TEAM/");
    String body = "{\"properties\":{\"modelUri\":\"" + artifacts + "outputs/best/\"}}";
    Answer spelled = azure.send("PUT", elsewhere, body);
    assertThat(spelled.status()).as(spelled.body()).isEqualTo(200);
    assertThat(model("best", "2", artifacts + "outputs/best/weights").status()).isEqualTo(201);
    assertThat(model("named", "1", "azureml://jobs/trains/outputs/named").status()).isEqualTo(201);
    assertThat(model("one", "1", "azureml://jobs/trains/outputs/one").status()).isEqualTo(201);
    for (String nothing :
        List.of(
            artifacts,
            artifacts + "outputs",
            artifacts + "outputs/absent",
            artifacts + "outputs/best/link",
            artifacts + "outputs/../../../token",
            artifacts + "stdout",
            "azureml://jobs/absent/outputs/artifacts/paths/outputs/best",
            "azureml://jobs/trains/outputs/absent",
            "/etc/passwd")) {
      Answer refused = model("best", "9", nothing);
      assertThat(refused.status()).as(nothing + refused.body()).isIn(400, 404);
      assertThat(refused.body()).as(nothing).contains("\"message\"");
    }
    assertThat(azure.send("DELETE", LAB + "/jobs/trains", "").status()).isEqualTo(200);
    server.kill();
    server.start();
    server.send("POST", "/ebb/v1/gc?olderThan=PT0S", "");
    downloadedFromTheStore();

    String read = "cd ${{inputs.model}} && cat weights deep/more";
    assertThat(printed("of-version", read, input("custom_model", "azureml:best:1")))
        .isEqualTo("w\nm\n");
    String id = "azureml:" + Kind.MODELS.version("best", "1");
    assertThat(printed("of-id", read, input("mlflow_model", id))).isEqualTo("w\nm\n");
    String latest = input("custom_model", "azureml:best@latest");
    assertThat(printed("file", "cat ${{inputs.model}}", latest)).isEqualTo("w\n");
    assertThat(azure.submit("data", "true", input("uri_folder", "azureml:best:1")).body())
        .contains("no data 'best'");
    Kind.MODELS.put("away", "1", "one", ",\"isArchived\":true");
    assertThat(azure.submit("none", "true", input("mlflow_model", "azureml:away@latest")).status())
        .isEqualTo(400);
  }

  /// As clients do: at the address that the version shows.
  private static void downloadedFromTheStore() throws Exception {
    String run = "ExperimentRun/dcid.trains/outputs/best";
    for (String prefix : List.of(run, run + "/")) {
      assertThat(blob("workspaceartifactstore", "?comp=list&prefix=" + prefix + "&").body())
          .contains("<Name>" + run + "/weights</Name>", "<Name>" + run + "/deep/more</Name>")
          .doesNotContain("link");
    }
    Answer weights = blob("workspaceartifactstore", "/" + run + "/weights?");
    assertThat(weights.status()).isEqualTo(200);
    assertThat(weights.body()).isEqualTo("w\n");
    assertThat(blob("workspaceblobstore", "?comp=list&prefix=azureml/trains/named/&").body())
        .contains("<Name>azureml/trains/named/n</Name>");
    assertThat(blob("workspaceblobstore", "/azureml/trains/named/n?").body()).isEqualTo("n\n");
    Answer ofFile = blob("workspaceblobstore", "?comp=list&prefix=azureml/trains/one/&");
    assertThat(ofFile.status()).as(ofFile.body()).isEqualTo(200);
    assertThat(ofFile.body()).doesNotContain("<Name>");
    for (String none : List.of("/absent", "/../../token", "", "/deep")) {
      assertThat(blob("workspaceartifactstore", "/" + run + none + "?").status())
          .as(none)
          .isIn(400, 404);
    }
    assertThat(blob("workspaceartifactstore", "?comp=list&prefix=ExperimentRun/dcid.no/o/&").body())
        .doesNotContain("<Name>");
  }

  private static Answer blob(String store, String rest) throws Exception {
    String path = LAB + "/datastores/" + store;
    JsonNode properties = azure.get(path).path("properties");
    String sign = azure.send("POST", path + "/listSecrets", "{}").text("sasToken");
    String account = "http://" + properties.path("accountName").asString();
    URI address = URI.create(account + ".blob." + properties.path("endpoint").asString());
    return server.send("GET", address.getRawPath() + "/" + store + rest + sign, "", "");
  }

  @ParameterizedTest
  @EnumSource
  void nameThatIsNoneIsRefusedWithWhatItMayBe(Kind kind) throws Exception {
    String unfit = refusal(kind.put("two%20words", "1", "one", ""));
    assertThat(unfit).contains("InvalidResourceName", "'two words' is no name", "letters", "255");
    assertThat(refusal(kind.put("good", "a$b", "one", "")))
        .contains("'a$b' is no version", "246 characters");
    assertThat(refusal(kind.put("n".repeat(256), "1", "one", "")))
        .contains("255 characters at most", "has 256");
    assertThat(refusal(kind.put("good", "1".repeat(247), "one", "")))
        .contains("246 characters at most", "has 247");
    assertThat(azure.send("GET", kind.of("good"), "").status()).isEqualTo(404);
  }

  private static String refusal(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    return answer.body();
  }

  @Test
  void whatIsNotDoneIsRefusedByItsName() throws Exception {
    Answer build = Kind.ENVIRONMENTS.put("no", "1", "one", ",\"build\":{\"contextUri\":\"x\"}");
    assertThat(build.status()).isEqualTo(400);
    assertThat(build.body()).contains("properties.build");
    for (String image : List.of("docker-archive:/var/x.tar", "user:password@host/base", "--base")) {
      Answer unfit =
          azure.send(
              "PUT",
              Kind.ENVIRONMENTS.version("no", "1"),
              "{\"properties\":{\"image\":\"" + image + "\"}}");
      assertThat(unfit.status()).isEqualTo(400);
      assertThat(unfit.body()).contains("is no name of an image").doesNotContain("password");
      Answer own =
          server.put(
              ServedHome.job("no-image"),
              "{\"cluster\":\"cpu\",\"command\":\"true\",\"image\":\"" + image + "\"}");
      assertThat(own.status()).as(own.body()).isEqualTo(400);
      assertThat(own.body())
          .contains("\"error\"", "is no name of an image")
          .doesNotContain("password");
    }
    assertThat(server.get(ServedHome.job("no-image")).status()).isEqualTo(404);
    Answer ends = Kind.MODELS.put("no", "1", "one", ",\"autoDeleteSetting\":{\"value\":\"1d\"}");
    assertThat(ends.body()).contains("autoDeleteSetting");
    for (Kind kind : Kind.values()) {
      assertThat(azure.send("PUT", kind.version("no", "1"), "{\"properties\":{}}").status())
          .isEqualTo(400);
    }
  }
}
