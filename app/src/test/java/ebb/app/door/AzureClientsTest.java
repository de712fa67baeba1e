package ebb.app.door;

import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What Microsoft's clients ask beside the resource manager, as they were seen to ask it;
/// `clients/run` has the clients themselves.
class AzureClientsTest {
  private static final String TEAM =
      "/subscriptions/sub/resourceGroups/team/providers/Microsoft.MachineLearningServices/workspaces/";
  private static final String LAB = TEAM + "lab";
  private static final String VERSION = "?api-version=2024-04-01";
  private static final String CODE = LAB + "/codes/of-a-client/versions/1";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    for (String workspace : List.of("lab", "other")) {
      server.put(TEAM + workspace + VERSION, "{\"location\":\"eastus\"}");
    }
    server.cluster(1);
  }

  private static JsonNode json(Answer answer) {
    return JsonMapper.shared().readTree(answer.body());
  }

  private static Answer open(String path) throws Exception {
    return server.send("GET", path, "", "");
  }

  /// What is behind an address that the server gave.
  private static String below(String address) {
    assertThat(address).startsWith("http://127.0.0.1:" + server.port() + "/");
    URI uri = URI.create(address);
    return uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
  }

  @Test
  void cloudIsToldToWhoHasNoTokenYet() throws Exception {
    JsonNode cloud = json(open("/metadata/endpoints?api-version=2019-05-01")).get(0);
    assertThat(cloud.path("name").asString()).isEqualTo("Ebb");
    assertThat(below(cloud.path("resourceManager").asString())).isEqualTo("/");
    assertThat(cloud.at("/authentication/audiences/0").asString()).endsWith("/");
    assertThat(cloud.at("/suffixes/storage").asString()).endsWith(":" + server.port());
    JsonNode one = json(open("/metadata/endpoints?api-version=2022-09-01"));
    assertThat(one).isEqualTo(cloud);
    String discovery = json(server.get(LAB + VERSION)).at("/properties/discoveryUrl").asString();
    JsonNode services = json(open(below(discovery)));
    assertThat(services.path("api").asString()).isEqualTo(services.path("history").asString());
  }

  @Test
  void tenantIsWhatStandsBeforeTheEndOfThePathWhateverItIsCalled() throws Exception {
    for (String tenant : List.of("/x", "/.well-known", "/oauth2", "/adfs", "/adfs/x")) {
      for (String named : List.of("/.Well-Known/", "/.well-known/", "/V2.0/.well-known/")) {
        String path = tenant + named + "openid-configuration";
        Answer answer = open(path);
        assertThat(answer.status()).as(path + answer.body()).isEqualTo(200);
        String token = json(answer).path("token_endpoint").asString();
        assertThat(below(token)).as(path).isEqualTo(tenant + "/oauth2/v2.0/token");
      }
      for (String named : List.of("/OAuth2/token", "/OAuth2/V2.0/token", "/oauth2/token")) {
        Answer given = server.send("POST", tenant + named, form(server.token()), "");
        assertThat(given.status()).as(tenant + named + given.body()).isEqualTo(200);
      }
    }
  }

  @Test
  void servicePrincipalGetsATokenThatEndsForTheToken() throws Exception {
    JsonNode cloud = json(open("/metadata/endpoints")).get(0);
    String login = below(cloud.at("/authentication/loginEndpoint").asString());
    for (String tenant :
        List.of(login + "/11-22/v2.0", login + "/11-22", "/adfs", "/adfs/11-22", "/11-22/v2.0")) {
      JsonNode authority = json(open(tenant + "/.well-known/openid-configuration"));
      assertThat(json(open(below(authority.path("jwks_uri").asString()))).path("keys")).isEmpty();
      String at = below(authority.path("token_endpoint").asString());
      Answer given = server.send("POST", at, form(server.token()), "");
      String issued = json(given).path("access_token").asString();
      assertThat(issued).doesNotContain(server.token());
      assertThat(server.send("GET", LAB + VERSION, "", "Bearer " + issued).status()).isEqualTo(200);
      assertThat(server.send("GET", LAB + VERSION, "", "Bearer " + issued + "x").status())
          .isEqualTo(401);
      for (String wrong : List.of("", "wrong", server.token() + "x")) {
        Answer refused = server.send("POST", at, form(wrong), "");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("error")).isEqualTo("invalid_client");
      }
      Answer otherwise = server.send("POST", at, "grant_type=password&client_secret=x", "");
      assertThat(otherwise.text("error")).isEqualTo("unsupported_grant_type");
    }
  }

  private static String form(String secret) {
    return "client_id=any&grant_type=client_credentials&client_secret="
        + URLEncoder.encode(secret, StandardCharsets.UTF_8);
  }

  @Test
  void clusterIsScaledAsVersionsBefore2021Scale() throws Exception {
    String cluster = LAB + "/computes/scaled";
    server.put(
        cluster + VERSION,
        "{\"properties\":{\"computeType\":\"AmlCompute\",\"properties\":{\"vmSize\":\"Standard_D2s_v3\",\"scaleSettings\":{\"maxNodeCount\":1}}}}");
    String more = "{\"properties\":{\"scaleSettings\":{\"maxNodeCount\":3}}}";
    Answer scaled = server.send("PATCH", cluster + "?api-version=2020-08-01", more);
    assertThat(scaled.status()).as(scaled.body()).isEqualTo(200);
    String most = "/properties/properties/scaleSettings/maxNodeCount";
    assertThat(json(server.get(cluster + VERSION)).at(most).asInt()).isEqualTo(3);
    String both =
        "{\"properties\":{\"scaleSettings\":{\"maxNodeCount\":4},\"properties\":{\"scaleSettings\":{\"maxNodeCount\":5}}}}";
    assertThat(server.send("PATCH", cluster + VERSION, both).status()).isEqualTo(400);
    assertThat(json(server.get(cluster + VERSION)).at(most).asInt()).as("nothing").isEqualTo(3);
  }

  @Test
  void firstClientFindsItsClustersAtTheWorkspacesOwnService() throws Exception {
    JsonNode shown = json(server.get("/rp/workspaces" + LAB + "/computes/cpu" + VERSION));
    assertThat(shown).isEqualTo(json(server.get(LAB + "/computes/cpu" + VERSION)));
    // It looks into these if they are there, null or not.
    assertThat(shown.at("/properties/properties").has("userAccountCredentials")).isFalse();
    JsonNode listed = json(server.get("/rp/workspaces" + LAB + "/computes" + VERSION));
    assertThat(listed.path("value").findValuesAsString("name")).contains("cpu");
    String location =
        "/subscriptions/sub/providers/Microsoft.MachineLearningServices/locations/eastus";
    JsonNode size = json(server.get(location + "/vmSizes" + VERSION)).at("/amlCompute/0");
    for (String needed : List.of("name", "vCPUs", "gpus", "memoryGB", "maxResourceVolumeMB")) {
      assertThat(size.has(needed)).as(needed).isTrue();
    }
  }

  /// The address where files go, with its query, and the container without.
  private record Upload(String container, String query) {
    static Upload begin() throws Exception {
      return begin("lab");
    }

    static Upload begin(String workspace) throws Exception {
      String code = TEAM + workspace + "/codes/of-a-client/versions/1";
      Answer begun = server.send("POST", code + "/startPendingUpload" + VERSION, "{}");
      assertThat(begun.status()).as(begun.body()).isEqualTo(200);
      JsonNode reference = json(begun).path("blobReferenceForConsumption");
      assertThat(reference.at("/credential/credentialType").asString()).isEqualTo("SAS");
      String address = below(reference.at("/credential/sasUri").asString());
      int query = address.indexOf('?');
      assertThat(below(reference.path("blobUri").asString()))
          .isEqualTo(address.substring(0, query));
      return new Upload(address.substring(0, query), address.substring(query + 1));
    }

    Answer send(String method, String path, String more, String content) throws Exception {
      return server.send(method, container + "/" + path + "?" + more + query, content, "");
    }

    Answer whole(String workspace, String at) throws Exception {
      String uri = "https://any" + container + at;
      return server.put(
          TEAM + workspace + "/codes/of-a-client/versions/1" + VERSION,
          "{\"properties\":{\"codeUri\":\"%s\",\"isAnonymous\":true}}".formatted(uri));
    }
  }

  @Test
  void codeIsSentAsToABlobStoreAndRuns() throws Exception {
    Upload upload = Upload.begin();
    Answer absent = upload.send("HEAD", "src/run.sh", "", "");
    assertThat(absent.status()).isEqualTo(404);
    assertThat(absent.headers().firstValue("x-ms-error-code")).contains("BlobNotFound");
    assertThat(upload.send("PUT", "src/run.sh", "", "cat 'words/hello you'").status())
        .isEqualTo(201);
    assertThat(upload.send("PUT", "src/words/hello%20you", "", "hello from a blob").status())
        .isEqualTo(201);
    // Sent by the client, which has left out what was to be left out.
    upload.send("PUT", "src/words/.gitignore", "", "*");
    assertThat(upload.send("PUT", "src/run.sh", "comp=metadata&", "").status()).isEqualTo(200);
    Answer there = upload.send("HEAD", "src/run.sh", "", "");
    assertThat(there.headers().firstValue("Content-Length")).contains("21");
    assertThat(upload.whole("other", "/src").status()).as("of another workspace").isEqualTo(404);
    Answer made = upload.whole("lab", "/src");
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    assertThat(upload.whole("lab", "/src").body()).as("said again").isEqualTo(made.body());
    String code = json(made).path("id").asString();
    assertThat(json(server.get(code + VERSION)).path("id").asString()).isEqualTo(code);
    assertThat(json(server.get(CODE.replace("/1", "") + VERSION)).path("value")).isEmpty();
    server.put(
        LAB + "/jobs/coded" + VERSION,
        "{\"properties\":{\"jobType\":\"Command\",\"command\":\"sh run.sh\",\"codeId\":\"%s\",\"computeId\":\"cpu\"}}"
            .formatted(code));
    server.awaitJob("coded", "ended");
    assertThat(server.get(ServedHome.job("coded") + "/logs").body()).isEqualTo("hello from a blob");
  }

  private static String list(String... blocks) {
    return "<?xml version='1.0' encoding='utf-8'?>\n<BlockList><Latest>"
        + String.join("</Latest><Latest>", blocks)
        + "</Latest></BlockList>";
  }

  @Test
  void largeFileIsSentInBlocksAndIsWhatTheListSays() throws Exception {
    Upload upload = Upload.begin();
    for (String block : List.of("MQ==", "Mg==", "Mw%2B%3D")) {
      Answer sent = upload.send("PUT", "src/run.sh", "comp=block&blockid=" + block + "&", "lost");
      assertThat(sent.status()).as(sent.body()).isEqualTo(201);
    }
    // In any order, and the last of a name counts.
    upload.send("PUT", "src/run.sh", "comp=block&blockid=Mg==&", " from");
    upload.send("PUT", "src/run.sh", "comp=block&blockid=MQ==&", "echo hello");
    assertThat(upload.send("HEAD", "src/run.sh", "", "").status()).as("not yet").isEqualTo(404);
    Answer absent = upload.send("PUT", "src/run.sh", "comp=blocklist&", list("MQ==", "NA=="));
    assertThat(absent.status()).isEqualTo(400);
    assertThat(absent.body()).contains("no block 'NA=='");
    upload.send("PUT", "src/run.sh", "comp=block&blockid=Mw%2B%3D&", " blocks");
    Answer joined =
        upload.send("PUT", "src/run.sh", "comp=blocklist&", list("MQ==", "Mg==", "Mw+="));
    assertThat(joined.status()).as(joined.body()).isEqualTo(201);
    assertThat(upload.send("HEAD", "src/run.sh", "", "").headers().firstValue("Content-Length"))
        .contains("22");
    Answer again =
        upload.send("PUT", "src/run.sh", "comp=blocklist&", list("MQ==", "Mg==", "Mw+="));
    assertThat(again.status()).as("said again, or by who shares the upload").isEqualTo(201);
    assertThat(upload.send("HEAD", "src/run.sh", "", "").headers().firstValue("Content-Length"))
        .as("it stays")
        .contains("22");
    upload.send("PUT", "src/other", "comp=block&blockid=MQ==&", "never listed");
    for (String unfit : List.of("comp=block&", "comp=block&blockid=a%20b&", "comp=page&")) {
      assertThat(upload.send("PUT", "src/other", unfit, "x").status()).as(unfit).isEqualTo(400);
    }
    String committed = list("MQ==").replace("Latest", "Committed");
    assertThat(upload.send("PUT", "src/other", "comp=blocklist&", committed).status())
        .isEqualTo(400);
    Answer made = upload.whole("lab", "/src");
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    try (Stream<Path> left = Files.list(server.home().resolve("code/pending"))) {
      String id = upload.container().replaceFirst(".*/", "");
      assertThat(left.filter(file -> file.getFileName().toString().startsWith(id))).isEmpty();
    }
    server.put(
        LAB + "/jobs/blocks" + VERSION,
        "{\"properties\":{\"jobType\":\"Command\",\"command\":\"sh run.sh\",\"codeId\":\"%s\",\"computeId\":\"cpu\"}}"
            .formatted(json(made).path("id").asString()));
    server.awaitJob("blocks", "ended");
    assertThat(server.get(ServedHome.job("blocks") + "/logs").body())
        .isEqualTo("hello from blocks\n");
  }

  @Test
  void codeThatCannotBeTakenIsRefusedWithTheReason() throws Exception {
    Upload upload = Upload.begin();
    assertThat(upload.whole("lab", "/src").body()).contains("Nothing has arrived there");
    assertThat(upload.send("PUT", "%2e%2e/out", "", "x").body()).contains("no path below");
    upload.send("PUT", "file", "", "x");
    Answer below = upload.send("PUT", "file/below", "", "x");
    assertThat(below.status()).as(below.body()).isEqualTo(400);
    assertThat(below.text("code")).isEqualTo("InvalidCode");
    Answer elsewhere =
        server.put(CODE + VERSION, "{\"properties\":{\"codeUri\":\"https://elsewhere/code\"}}");
    assertThat(elsewhere.status()).isEqualTo(400);
    assertThat(elsewhere.text("message")).contains("code that lies elsewhere is not fetched");
    Upload other = new Upload(upload.container().replaceFirst("[^/]+$", "0".repeat(32)), "");
    assertThat(other.whole("lab", "/src").text("code")).isEqualTo("UploadNotFound");
  }

  @Test
  void uploadIsOfItsWorkspaceAndNotOfTheNextOfThatName() throws Exception {
    String again = TEAM + "again";
    String made = "{\"location\":\"eastus\"}";
    server.put(again + VERSION, made);
    Upload upload = Upload.begin("again");
    assertThat(upload.send("PUT", "src/one", "", "x").status()).isEqualTo(201);
    assertThat(server.send("DELETE", again + VERSION, "").status()).isBetween(200, 202);
    ServedHome.until("the workspace is gone", () -> status(again) == 404);
    for (String state : List.of("gone", "made again")) {
      assertThat(upload.send("HEAD", "src/one", "", "").status()).as(state).isEqualTo(404);
      assertThat(upload.send("PUT", "src/two", "", "x").status()).as(state).isEqualTo(404);
      server.put(again + VERSION, made);
    }
    assertThat(upload.whole("again", "/src").text("code")).isEqualTo("UploadNotFound");
  }

  private static int status(String path) {
    try {
      return server.get(path + VERSION).status();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// Who has a signed address is let in by it: messages are kept and passed on.
  @Test
  void signedAddressIsNotToldWholeWhenAJobIsRefused() throws Exception {
    String signed = "https://store.example/rows?sig=hidden";
    for (String unfit :
        List.of(
            "'inputs':{'rows':{'jobInputType':'uri_folder','uri':'%s'}},'computeId':'cpu'",
            "'inputs':{'rows':{'jobInputType':'uri_file','uri':'%s'}},'computeId':'local'",
            "'outputs':{'rows':{'jobOutputType':'uri_folder','uri':'%s'}},'computeId':'cpu'")) {
      String job = "{'properties':{'jobType':'Command','command':'true'," + unfit + "}}";
      Answer answer =
          server.put(LAB + "/jobs/signed" + VERSION, job.formatted(signed).replace('\'', '"'));
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.body()).contains("https://store.example/rows").doesNotContain("hidden");
    }
  }

  @Test
  void whereTheServerKeepsCodeIsNotToldWhenItCannot() throws Exception {
    Upload upload = Upload.begin();
    String id = upload.container().replaceFirst(".*/", "");
    Path place = server.home().resolve("code/pending").resolve(id);
    Files.delete(place);
    Files.createFile(place);
    Answer answer = upload.send("PUT", "file", "", "x");
    assertThat(answer.status()).as(answer.body()).isEqualTo(503);
    assertThat(answer.body()).doesNotContain(server.home().toString(), id);
    assertThat(server.log()).contains(id);
  }

  @Test
  void addressOfAnUploadLetsIntoNothingElse() throws Exception {
    Upload upload = Upload.begin();
    Upload another = Upload.begin();
    String path = another.container() + "/file?" + upload.query();
    assertThat(server.send("PUT", path, "x", "").status()).isEqualTo(401);
    assertThat(server.send("GET", LAB + "?api-version=1&" + upload.query(), "", "").status())
        .isEqualTo(401);
    assertThat(server.send("PUT", upload.container() + "/file", "x", "").status()).isEqualTo(401);
  }

  @Test
  void whoFollowsAJobFindsItsLogsAtAddressesThatNeedNoToken() throws Exception {
    server.submit("told", "seq 3; echo wrong >&2; exit 3");
    server.awaitJob("told", "ended");
    JsonNode told = json(server.get("/history/v1.0" + LAB + "/runs/told/details"));
    assertThat(told.path("runId").asString()).isEqualTo("told");
    assertThat(told.path("status").asString()).isEqualTo("Failed");
    assertThat(told.at("/error/error/code").asString()).isEqualTo("UserError");
    assertThat(told.at("/error/error/message").asString()).isEqualTo("exit code 3");
    assertThat(told.path("endTimeUtc").asString()).isNotEmpty();
    JsonNode logs = told.path("logFiles");
    String out = below(logs.path("user_logs/std_log.txt").asString());
    assertThat(open(out).body()).isEqualTo("1\n2\n3\n");
    assertThat(open(below(logs.path("user_logs/std_log_stderr.txt").asString())).body())
        .isEqualTo("wrong\n");
    assertThat(open(out.replace("sig=", "sig=0")).status()).isEqualTo(401);
    assertThat(open(out.replace("jobs/told", "jobs/other")).status()).isEqualTo(401);
    assertThat(server.get("/history/v1.0" + LAB + "/runs/absent/details").status()).isEqualTo(404);
  }

  @Test
  void logIsToldWhileTheJobRunsAndStandardErrorWhenItHasEnded() throws Exception {
    server.submit("long", "echo begun; sleep 300");
    String details = "/history/v1.0" + LAB + "/runs/long/details";
    until(
        "the job has begun",
        () -> {
          try {
            JsonNode files = json(server.get(details)).path("logFiles");
            String log = files.path("user_logs/std_log.txt").asString("");
            return !log.isEmpty() && open(below(log)).body().equals("begun\n");
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
        });
    assertThat(json(server.get(details)).path("logFiles")).hasSize(1);
    server.send("POST", LAB + "/jobs/long/cancel" + VERSION, "");
    server.awaitJob("long", "ended");
    JsonNode told = json(server.get(details));
    assertThat(told.path("status").asString()).isEqualTo("Canceled");
    assertThat(told.path("logFiles")).hasSize(2);
  }
}
