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
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Stores of blobs as Microsoft's clients find and read them; `clients/run` has the clients. Each
/// answer of the resource manager is held against the specification.
class ArmDatastoresTest {
  private static final String TEAM = LAB.replaceFirst("/lab$", "/");

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
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
    Files.createSymbolicLink(rows.resolveSibling("away"), folder);
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

    Answer head(String path) throws Exception {
      return server.send("HEAD", address + "/" + path + "?" + query, "", "");
    }

    Answer put(String path, String content) throws Exception {
      return server.send("PUT", address + "/" + path + "?" + query, content, "");
    }

    /// Says that all has arrived.
    Answer whole(String path) throws Exception {
      return server.sendWith(
          "PUT",
          address + "/" + path + "?comp=metadata&" + query,
          "x-ms-meta-upload_status",
          "completed");
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
    assertThat(store.names("prefix=" + run + "outputs/&delimiter=el/&"))
        .containsExactly(run + "outputs/deep/ten", run + "outputs/model/", run + "outputs/none");
    for (String part : List.of("outputs/mo", "outputs/model/", "outputs/model/w")) {
      assertThat(store.names("prefix=" + run + part + "&"))
          .containsExactly(run + "outputs/model/w");
    }
    assertThat(store.names("prefix=" + run + "o&")).hasSize(3);
    assertThat(store.names("prefix=" + run + "user_logs/std_log.&"))
        .containsExactly(run + "user_logs/std_log.txt");
    for (String none : List.of("rank_1/", "between", "outputs/../", "outputs//", "logs/")) {
      assertThat(store.names("prefix=" + run + none + "&")).as(none).isEmpty();
    }
    assertThat(Store.of("workspaceblobstore").names("prefix=azureml/left/model/&"))
        .containsExactly("azureml/left/model/w");
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
    for (String prefix : List.of("deep", "deep/a", "deep/a%20b.csv")) {
      assertThat(store.names("prefix=" + prefix + "&")).containsExactly("deep/a b.csv");
    }
    assertThat(store.names("prefix=eep&")).isEmpty();
    for (String out :
        List.of("../", "../rows/", "../absent/", "/", "deep//", "deep/link/", "away/", "%00/")) {
      assertThat(store.names("prefix=" + out + "&")).as(out).isEmpty();
    }
    assertThat(store.get("deep/a%20b.csv").body()).isEqualTo("1,2\n");
    for (String out : List.of("deep/link", "deep/%2e%2e/%2e%2e/outside", "absent", "deep")) {
      Answer refused = store.get(out);
      assertThat(refused.status()).as(out + refused.body()).isIn(400, 404);
      assertThat(refused.body()).doesNotContain("not for jobs", folder.toString());
    }
  }

  /// More files lie beside it than a list looks at.
  @Test
  @Tag("long")
  void listOfAModelLooksAtNothingBesideIt() throws Exception {
    Path wide = Files.createDirectories(folder.resolve("wide"));
    Files.writeString(Files.createDirectory(wide.resolve("best")).resolve("weights"), "w");
    Path beside = Files.createDirectory(wide.resolve("other"));
    for (int i = 0; i <= 100_000; i++) {
      Files.createFile(beside.resolve("f" + i));
    }
    server.put(
        "/ebb/v1/datastores/wide",
        "{\"path\":\"%s\",\"workspaces\":[\"sub/team/lab\"]}".formatted(wide));
    Store store = Store.of("wide");
    for (String prefix : List.of("best", "best/", "be")) {
      assertThat(store.names("prefix=" + prefix + "&")).containsExactly("best/weights");
    }
    assertThat(server.send("DELETE", "/ebb/v1/datastores/wide", "").status()).isEqualTo(200);
  }

  private static final String ADDRESS =
      "azureml://datastores/workspaceblobstore/paths/LocalUpload/";

  /// Sends a file to the default store, and says that it is all of the upload.
  private static void sent(String path, String content) throws Exception {
    Store store = Store.of("workspaceblobstore");
    assertThat(store.head("LocalUpload/" + path).status()).isEqualTo(404);
    assertThat(store.put("LocalUpload/" + path, content).status()).isEqualTo(201);
    assertThat(store.whole("LocalUpload/" + path).status()).isEqualTo(200);
  }

  private static String input(String uri) {
    return on("cpu")
        + ",\"inputs\":{\"data\":{\"jobInputType\":\"uri_file\",\"uri\":\""
        + uri
        + "\"}}";
  }

  private static Answer asset(String version, String type, String uri) throws Exception {
    return azure.send(
        "PUT",
        LAB + "/data/rows/versions/" + version,
        "{\"properties\":{\"dataType\":\"%s\",\"dataUri\":\"%s\",\"tags\":{\"a\":\"1\"}}}"
            .formatted(type, uri));
  }

  private static String printed(String job) throws Exception {
    until("it has ended", () -> azure.status(job).matches("Completed|Failed"));
    return server.get("/ebb/v1/workspaces/sub/team/lab/jobs/" + job + "/logs").body();
  }

  @Test
  void whatIsSentIsAnInputOnceItIsWhole() throws Exception {
    Store store = Store.of("workspaceblobstore");
    Answer absent = store.head("LocalUpload/h1/t.csv");
    assertThat(absent.status()).isEqualTo(404);
    assertThat(absent.headers().firstValue("x-ms-error-code")).contains("BlobNotFound");
    assertThat(store.put("LocalUpload/h1/t.csv", "5,6\n").status()).isEqualTo(201);
    Answer coming = store.head("LocalUpload/h1/t.csv");
    assertThat(coming.status()).isEqualTo(200);
    assertThat(coming.headers().firstValue("x-ms-meta-upload_status")).isEmpty();
    Answer early = azure.submit("early", "true", input(ADDRESS + "h1/t.csv"));
    assertThat(early.status()).isEqualTo(400);
    assertThat(early.body()).contains("has not arrived whole");
    assertThat(store.whole("LocalUpload/h1/t.csv").status()).isEqualTo(200);
    Answer there = store.head("LocalUpload/h1/t.csv");
    assertThat(there.headers().firstValue("x-ms-meta-upload_status")).contains("completed");
    assertThat(there.headers().firstValue("ETag"))
        .isEqualTo(coming.headers().firstValue("ETag"))
        .isPresent();
    String read = "cat ${{inputs.data}}";
    Answer taken = azure.submit("reads", read, input(ADDRESS + "h1/t.csv"));
    assertThat(taken.status()).as(taken.body()).isEqualTo(201);
    assertThat(taken.body()).contains(ADDRESS + "h1/t.csv");
    assertThat(printed("reads")).isEqualTo("5,6\n");
    assertThat(azure.submit("reads", read, input(ADDRESS + "h1/t.csv")).status()).isEqualTo(200);
    server.kill();
    server.start();
    assertThat(Store.of("workspaceblobstore").head("LocalUpload/h1/t.csv").status()).isEqualTo(200);
    // Bytes that nobody needs are removed, and then sent again.
    server.send("POST", "/ebb/v1/gc?olderThan=PT0S", "");
    assertThat(Store.of("workspaceblobstore").head("LocalUpload/h1/t.csv").status()).isEqualTo(404);
    assertThat(azure.submit("late", read, input(ADDRESS + "h1/t.csv")).status()).isEqualTo(400);
    sent("h1/t.csv", "5,6\n");
    assertThat(azure.submit("late", read, input(ADDRESS + "h1/t.csv")).status()).isEqualTo(201);
  }

  @Test
  void whatWasSentIsListedAndReadFromTheStoreThatItWasSentTo() throws Exception {
    Store store = Store.of("workspaceblobstore");
    store.head("LocalUpload/h7/best/deep/weights");
    store.put("LocalUpload/h7/best/deep/weights", "0123456789");
    store.put("LocalUpload/h7/best/about", "a");
    assertThat(store.names("prefix=LocalUpload/h7/best&")).as("not whole yet").isEmpty();
    assertThat(store.whole("LocalUpload/h7/best/deep/weights").status()).isEqualTo(200);

    for (String prefix : List.of("LocalUpload/h7/best", "LocalUpload/h7/best/")) {
      assertThat(store.names("prefix=" + prefix + "&"))
          .containsExactly("LocalUpload/h7/best/about", "LocalUpload/h7/best/deep/weights");
    }
    assertThat(store.names("prefix=LocalUpload/h7/other&")).isEmpty();
    Answer whole = store.get("LocalUpload/h7/best/deep/weights");
    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.body()).isEqualTo("0123456789");
    assertThat(store.part("LocalUpload/h7/best/deep/weights", "bytes=3-5").body()).isEqualTo("345");
    for (String file : List.of("LocalUpload/h7/best/deep/weights", "LocalUpload/h7/best/about")) {
      Answer read = store.get(file);
      Answer asked = store.head(file);
      assertThat(asked.status()).as(file).isEqualTo(200);
      for (String header : List.of("Content-Length", "ETag", "Last-Modified", "x-ms-blob-type")) {
        assertThat(asked.headers().allValues(header))
            .as(header + " of " + file)
            .hasSize(1)
            .isEqualTo(read.headers().allValues(header));
      }
      assertThat(asked.headers().firstValue("x-ms-meta-upload_status")).contains("completed");
    }
    try (Stream<Path> pending = Files.list(server.home().resolve("code/pending"))) {
      List<Path> begun = pending.toList();
      assertThat(store.head("LocalUpload/h7/best/about").status()).isEqualTo(200);
      assertThat(store.head("LocalUpload/h8/never/sent").status()).isEqualTo(404);
      try (Stream<Path> after = Files.list(server.home().resolve("code/pending"))) {
        assertThat(after).as("asking begins nothing").containsExactlyInAnyOrderElementsOf(begun);
      }
    }
    assertThat(store.get("LocalUpload/h7/best/absent").status()).isEqualTo(404);
    assertThat(store.get("LocalUpload/h7/best/%2e%2e/%2e%2e/token").status()).isEqualTo(404);
    JsonNode other = azure.get(TEAM + "other/datastores/workspaceblobstore").path("properties");
    assertThat(other.path("containerName").asString()).isEqualTo("workspaceblobstore");
    Store elsewhere = new Store(store.address().replace("/lab/", "/other/"), store.query());
    assertThat(elsewhere.get("LocalUpload/h7/best/about").status()).isNotEqualTo(200);
  }

  @Test
  void uploadThatARestartHasCutIsSentAgainAsAWhole() throws Exception {
    Store store = Store.of("workspaceblobstore");
    assertThat(store.head("LocalUpload/h5/rows/1").status()).isEqualTo(404);
    assertThat(store.put("LocalUpload/h5/rows/1", "1").status()).isEqualTo(201);
    server.kill();
    server.start();
    Store again = Store.of("workspaceblobstore");
    Answer lost = again.put("LocalUpload/h5/rows/2", "2");
    assertThat(lost.status()).isEqualTo(404);
    assertThat(lost.body()).contains("send all of them again");
    assertThat(again.whole("LocalUpload/h5/rows/1").status()).isEqualTo(404);
    Answer refused = azure.submit("cut", "true", input(ADDRESS + "h5/rows"));
    assertThat(refused.body()).contains("has not arrived whole");
    again.head("LocalUpload/h5/rows/1");
    for (String file : List.of("1", "2")) {
      assertThat(again.put("LocalUpload/h5/rows/" + file, file).status()).isEqualTo(201);
    }
    assertThat(again.whole("LocalUpload/h5/rows/1").status()).isEqualTo(200);
    azure.submit(
        "mended",
        "cat ${{inputs.data}}/*",
        input(ADDRESS + "h5/rows").replace("uri_file", "uri_folder"));
    assertThat(printed("mended")).isEqualTo("12");
  }

  @Test
  void nothingIsSentToOtherPlacesOfAStore() throws Exception {
    Store files = Store.of("workspaceblobstore");
    for (String other : List.of("azureml/left/model/w", "LocalUpload/h2", "elsewhere")) {
      assertThat(files.put(other, "x").status()).as(other).isEqualTo(403);
    }
    assertThat(files.head("LocalUpload/h2/%2e%2e/%2e%2e/out").status()).isEqualTo(404);
    assertThat(files.put("LocalUpload/h2/%2e%2e/%2e%2e/out", "x").status()).isEqualTo(400);
    assertThat(Store.of("rows").put("LocalUpload/h2/x", "x").status()).isEqualTo(403);
    assertThat(Store.of("workspaceartifactstore").put("LocalUpload/h2/x", "x").status())
        .isEqualTo(403);
    assertThat(folder.resolve("rows/LocalUpload")).doesNotExist();
    sent("h2/mine", "mine");
    String other = AzureDoor.job("true", input(ADDRESS + "h2/mine").replace("/lab/", "/other/"));
    azure.send("PUT", TEAM + "other/computes/cpu", AzureDoor.cluster(""));
    Answer refused = azure.send("PUT", TEAM + "other/jobs/theirs", other);
    assertThat(refused.status()).as(refused.body()).isEqualTo(400);
    assertThat(refused.body()).contains("has not arrived whole");
  }

  @Test
  void dataAssetKeepsWhatItIsAndItsBytes() throws Exception {
    sent("h3/v.csv", "one\n");
    Answer made = asset("1", "uri_file", ADDRESS + "h3/v.csv");
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    assertThat(asset("1", "uri_file", ADDRESS + "h3/v.csv").status()).isEqualTo(200);
    sent("h4/v.csv", "two\n");
    Answer changed = asset("1", "uri_file", ADDRESS + "h4/v.csv");
    assertThat(changed.status()).isEqualTo(409);
    assertThat(changed.body()).contains("versions do not change");
    assertThat(asset("2", "uri_file", ADDRESS + "h4/v.csv").status()).isEqualTo(201);
    assertThat(asset("3", "uri_folder", "azureml://datastores/rows/paths/deep").status())
        .isEqualTo(201);
    JsonNode container = azure.get(LAB + "/data/rows").path("properties");
    assertThat(container.path("latestVersion").asString()).isEqualTo("3");
    assertThat(container.path("nextVersion").asString()).isEqualTo("4");
    assertThat(azure.get(LAB + "/data").path("value").findValuesAsString("name")).contains("rows");
    for (String unfit :
        List.of(
            "/etc/passwd",
            "file:///etc/passwd",
            "azureml://datastores/absent/paths/x",
            ADDRESS + "h9/x")) {
      Answer refused = asset("9", "uri_file", unfit);
      assertThat(refused.status()).as(unfit + refused.body()).isEqualTo(400);
    }
    assertThat(asset("9", "mltable", ADDRESS + "h3/v.csv").body()).contains("uri_folder");
    server.kill();
    server.start();
    server.send("POST", "/ebb/v1/gc?olderThan=PT0S", "");
    azure.submit("by-version", "cat ${{inputs.data}}", input("azureml:rows:1"));
    assertThat(printed("by-version")).isEqualTo("one\n");
    azure.submit("by-id", "cat ${{inputs.data}}", input(LAB + "/data/rows/versions/2"));
    assertThat(printed("by-id")).isEqualTo("two\n");
    assertThat(azure.submit("absent", "true", input("azureml:rows:7")).body())
        .contains("no version 7");
    azure.send("DELETE", LAB + "/data/rows/versions/3", "");
    azure.submit("by-label", "cat ${{inputs.data}}", input("azureml:rows@latest"));
    assertThat(printed("by-label")).isEqualTo("two\n");
    assertThat(azure.send("DELETE", LAB + "/data/rows/versions/1", "").status()).isEqualTo(200);
    assertThat(azure.send("DELETE", LAB + "/data/rows/versions/1", "").status()).isEqualTo(204);
    assertThat(azure.send("GET", LAB + "/data/rows/versions/1", "").status()).isEqualTo(404);
  }

  @Test
  void dataAssetMayHaveTheNameOfADraftAndKeepsItsSpelling() throws Exception {
    sent("h6/v.csv", "kept\n");
    String draft = LAB + "/data/Flowers.new/versions/V1.new";
    String body =
        "{\"properties\":{\"dataType\":\"uri_file\",\"dataUri\":\"%s\"}}"
            .formatted(ADDRESS + "h6/v.csv");
    assertThat(azure.send("PUT", draft, body).status()).isEqualTo(201);
    assertThat(azure.send("PUT", draft.replaceFirst("\\.new$", ""), body).status()).isEqualTo(201);
    assertThat(
            azure
                .get(draft.toLowerCase(Locale.ROOT).replaceFirst(".*/data", LAB + "/data"))
                .path("name")
                .asString())
        .isEqualTo("V1.new");
    assertThat(azure.get(LAB + "/data").path("value").findValuesAsString("name"))
        .contains("Flowers.new");
    assertThat(
            azure.get(LAB + "/data/flowers.new/versions").path("value").findValuesAsString("name"))
        .containsExactlyInAnyOrder("V1", "V1.new");
    Answer longest = azure.send("PUT", LAB + "/data/rows2/versions/" + "9".repeat(255), body);
    assertThat(longest.status()).isEqualTo(400);
    assertThat(longest.body()).contains("246 characters at most");
    assertThat(
            azure
                .send(
                    "PUT", LAB + "/data/" + "n".repeat(255) + "/versions/" + "9".repeat(246), body)
                .status())
        .isEqualTo(201);
    server.send("POST", "/ebb/v1/gc?olderThan=PT0S", "");
    azure.submit("of-a-draft", "cat ${{inputs.data}}", input("azureml:Flowers.new:V1.new"));
    assertThat(printed("of-a-draft")).isEqualTo("kept\n");
  }

  @Test
  void workspaceThatIsMadeAgainHasNothingOfTheOneBefore() throws Exception {
    String again = TEAM + "again";
    String asset = again + "/data/theirs/versions/1";
    String environment = again + "/environments/theirs/versions/1";
    azure.send("PUT", again, "{\"location\":\"eastus\"}");
    String data =
        "{\"properties\":{\"dataType\":\"uri_folder\",\"dataUri\":\"azureml://datastores/rows/paths/deep\"}}";
    server.put(
        "/ebb/v1/datastores/rows",
        "{\"path\":\"%s\",\"workspaces\":[\"sub/team/lab\",\"sub/team/again\"]}"
            .formatted(rows.getParent()));
    assertThat(azure.send("PUT", asset, data).status()).isEqualTo(201);
    String image = "{\"properties\":{\"image\":\"library/python:3.11\"}}";
    assertThat(azure.send("PUT", environment, image).status()).isEqualTo(201);
    server.send("POST", "/ebb/v1/gc?olderThan=PT0S", "");
    assertThat(azure.send("GET", asset, "").status()).as("kept while it is there").isEqualTo(200);
    azure.await(azure.send("DELETE", again, ""));
    azure.send("PUT", again, "{\"location\":\"eastus\"}");
    assertThat(azure.send("GET", asset, "").status()).isEqualTo(404);
    assertThat(azure.send("GET", environment, "").status()).isEqualTo(404);
    server.send("POST", "/ebb/v1/gc?olderThan=PT0S", "");
    try (Stream<Path> left = Files.walk(server.home())) {
      assertThat(left.filter(file -> file.endsWith("theirs"))).isEmpty();
    }
  }

  @Test
  void dataAssetThatCannotBeReadIsNoFaultOfWhoNamesIt() throws Exception {
    sent("h8/v.csv", "x");
    String broken = LAB + "/data/broken/versions/1";
    String body =
        "{\"properties\":{\"dataType\":\"uri_file\",\"dataUri\":\"%s\"}}"
            .formatted(ADDRESS + "h8/v.csv");
    assertThat(azure.send("PUT", broken, body).status()).isEqualTo(201);
    try (Stream<Path> files = Files.walk(server.home().resolve("data"))) {
      Files.writeString(
          files.filter(file -> file.endsWith("broken/1.json")).findFirst().get(), "{");
    }
    for (Answer answer :
        List.of(
            azure.send("GET", broken, ""),
            azure.submit("of-broken", "true", input("azureml:broken:1")))) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(503);
      assertThat(answer.body()).doesNotContain(folder.toString());
    }
    assertThat(azure.send("DELETE", broken, "").status()).isEqualTo(200);
  }

  @Test
  void storesOfAWorkspaceGiveTheirNamesToNoFolder() throws Exception {
    for (String own : List.of("workspaceblobstore", "WorkspaceArtifactStore")) {
      Answer refused =
          server.put(
              "/ebb/v1/datastores/" + own,
              "{\"path\":\"%s\",\"workspaces\":[\"sub/team/lab\"]}".formatted(rows));
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.body()).contains("register the folder under another one");
    }
  }

  @Test
  void uploadOfAnotherWorkspaceIsNoInput() throws Exception {
    sent("h7/mine", "mine");
    String long_ = "azureml://subscriptions/sub/resourcegroups/team/workspaces/%s/datastores/";
    for (String workspace : List.of("lab", "other")) {
      String uri = ADDRESS.replace("azureml://datastores/", long_.formatted(workspace)) + "h7/mine";
      Answer answer = azure.submit("in-" + workspace, "true", input(uri));
      assertThat(answer.status()).as(answer.body()).isEqualTo(workspace.equals("lab") ? 201 : 400);
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
    for (String id : List.of("{}", "[]", "null", "3")) {
      Answer refused =
          server.send(
              "POST",
              "/data/v1.0" + LAB + "/dataversion/batchGetResolvedUris",
              "{\"values\":[" + id + "]}");
      assertThat(refused.status()).as(id + refused.body()).isEqualTo(400);
    }
    assertThat(server.send("POST", history, "{\"runId\":\"absent\"}").status()).isEqualTo(404);
    Answer nowhere =
        server.send(
            "POST",
            "/data/v1.0" + TEAM + "absent/dataversion/batchGetResolvedUris",
            "{\"values\":[\"" + address + "\"]}");
    assertThat(nowhere.status()).isEqualTo(404);
  }
}
