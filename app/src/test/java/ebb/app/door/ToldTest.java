package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is told of jobs and clusters: what they cost, why they are as they are, and what to do.
class ToldTest {
  private static final String LAB = "/ebb/v1/workspaces/ebb/ebb/main";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
    ebb("ml compute create -n cpu --size Standard_D2s_v3 --max-instances 4");
  }

  private static Typed.Said ebb(String line) throws Exception {
    return typed.ebb(line);
  }

  private static JsonNode get(String path) {
    try {
      return JsonMapper.shared().readTree(server.get(path).body());
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static JsonNode job(String name) {
    return get(LAB + "/jobs/" + name);
  }

  private static void awaitPhase(String job, String phase) {
    ServedHome.until(job + " is " + phase, () -> job(job).path("phase").asString().equals(phase));
  }

  private static JsonNode ofArm(String name) {
    return get("/subscriptions/ebb/resourceGroups/ebb/providers/Microsoft.MachineLearningServices"
            + "/workspaces/main/jobs/"
            + name
            + "?api-version=2024-04-01")
        .at("/properties/properties");
  }

  private static BigDecimal amount(JsonNode charges) {
    return new BigDecimal(charges.path("list").asString());
  }

  @Test
  void moneyOfRunningJobIsWhatItsTimeHasComeToExactly() throws Exception {
    ebb("run -d --name long --cluster cpu --max 1h -- sleep 1000");
    awaitPhase("long", "running");
    JsonNode hourly = get(LAB + "/clusters/cpu").path("hourly");
    BigDecimal rate = new BigDecimal(hourly.path("list").asString());

    JsonNode first = job("long").path("charges");
    long millis =
        Duration.parse(first.path("booted").asString())
            .plus(Duration.parse(first.path("ran").asString()))
            .toMillis();
    assertThat(amount(first))
        .isPositive()
        .isEqualTo(
            rate.multiply(BigDecimal.valueOf(millis))
                .divide(BigDecimal.valueOf(3_600_000), 6, RoundingMode.HALF_EVEN));
    ServedHome.until(
        "it grows", () -> amount(job("long").path("charges")).compareTo(amount(first)) > 0);
    assertThat(new BigDecimal(ofArm("long").path("ebb.cost.list").asString()))
        .isGreaterThanOrEqualTo(amount(first));
    assertThat(amount(get(LAB + "/clusters/cpu").path("charges")))
        .isGreaterThanOrEqualTo(amount(first));
    assertThat(ebb("ps").out()).containsPattern("(?m)^long +Running .* 0[.]0[0-9]*[1-9]");

    ebb("stop long");
    awaitPhase("long", "ended");
    BigDecimal end = amount(job("long").path("charges"));
    assertThat(amount(job("long").path("charges"))).isEqualTo(end).isPositive();
  }

  @Test
  void listsHaveWhatJobsHaveCostThatEndedLongAgo() throws Exception {
    ebb("run --name done --cluster cpu -- sleep 0.2"); // less may come to nothing
    BigDecimal cost = amount(job("done").path("charges"));
    assertThat(cost).isPositive();

    JsonNode listed = null;
    for (JsonNode each : get(LAB + "/jobs").path("value")) {
      listed = each.path("name").asString().equals("done") ? each : listed;
    }
    assertThat(listed).isNotNull();
    assertThat(amount(listed.path("charges"))).isEqualTo(cost);
    assertThat(ebb("ps").out()).containsPattern("(?m)^done +Completed .* " + cost + "$");
  }

  @Test
  void endedJobSaysWhyItEndedAndWhereToLook() throws Exception {
    assertThat(ebb("run --name four --cluster cpu -- exit|4").code()).isEqualTo(4);
    assertThat(ebb("why four").out())
        .startsWith("The job 'four' has ended: its command failed (exit code 4).\n")
        .contains("what it wrote: ebb logs --stderr four\n", "\nused: ", "\nisolation: ");
    assertThat(ofArm("four").path("ebb.end.code").asString()).isEqualTo("4");

    Files.writeString(
        folder.resolve("unfed.yml"),
        """
        command: 'true'
        compute: azureml:cpu
        inputs: {table: {type: uri_file, path: azureml://datastores/shelf/paths/gone.csv}}
        """);
    ebb(
        "ml datastore create --name shelf --path "
            + Files.createDirectory(folder.resolve("shelf")));
    assertThat(ebb("ml job create -n unfed -f unfed.yml").code()).isZero();
    awaitPhase("unfed", "ended");
    String why = ebb("why unfed").out();
    assertThat(why)
        .startsWith("The job 'unfed' has ended: it failed (could not be started: ")
        .contains("gone.csv")
        .doesNotContain("its command failed", "ebb logs", "used:");
    assertThat(ofArm("unfed").has("ebb.end.code")).isFalse();
    assertThat(job("unfed").path("end").has("code")).isFalse();
    assertThat(ebb("--home " + server.home()).out()).contains("ebb why unfed");
  }

  @Test
  void usedAndIsolationAreAmongThePropertiesOfTheJob() throws Exception {
    ebb("run --name counted --cluster cpu -- true");
    JsonNode properties = ofArm("counted");
    assertThat(properties.path("ebb.used.cpu").asString()).startsWith("PT");
    assertThat(properties.path("ebb.used.peakMemoryMebibytes").asString()).matches("[0-9]+");
    assertThat(properties.path("ebb.isolation").asString()).isNotEmpty();
    assertThat(properties.path("ebb.virtual").asString()).matches("true|false");
  }

  @Test
  void submissionTellsTheLimitInForceAndWhatItCanCome() throws Exception {
    BigDecimal hour = new BigDecimal(get(LAB + "/clusters/cpu").at("/hourly/list").asString());
    String most = hour.multiply(BigDecimal.valueOf(504)).setScale(2, RoundingMode.HALF_UP) + " USD";
    assertThat(ebb("run -d --name unlimited --cluster cpu -- true").err())
        .contains("running at most " + most + " in 504 h, the longest that a job may run (--max");
    assertThat(ebb("run -d --name overlong --max 99999d --cluster cpu -- true").err())
        .contains("running at most " + most + " in 504 h: no job may run longer");

    awaitPhase("unlimited", "ended");
    assertThat(ebb("run -d --name unlimited --cluster cpu -- true").err())
        .contains("has ended: succeeded. Nothing runs: give another name")
        .doesNotContain("expected start");
  }

  @Test
  void clusterWhosePriceNobodyKnowsIsToldToBeUnpricedUntilItHasOne() throws Exception {
    String where = "--size Standard_D2s_v3 --location brazilsouth";
    String created =
        ebb("ml compute create -n unpriced --min-instances 1 --max-instances 1 " + where).err();
    String asked = "ebb price set --size Standard_D2s_v3 --location brazilsouth --list PRICE";
    assertThat(created)
        .contains(
            "unpriced: no list price is known for Standard_D2s_v3 in brazilsouth: '"
                + asked
                + "' names one");
    assertThat(get(LAB + "/clusters/unpriced").path("priced").asBoolean(true)).isFalse();
    assertThat(get(LAB + "/clusters/unpriced").path("hourly").has("list")).isFalse();
    assertThat(ebb("run -d --name unpaid --cluster unpriced -- true").err())
        .contains("unpriced: no list price is known", asked);
    assertThat(ebb("top --once").out()).containsPattern("(?m)^unpriced .*kept by min 1: unpriced");

    assertThat(ebb(asked.substring("ebb ".length()).replace("PRICE", "0.25")).code()).isZero();
    JsonNode priced = get(LAB + "/clusters/unpriced");
    assertThat(priced.path("priced").asBoolean()).isTrue();
    assertThat(priced.at("/hourly/list").asString()).isEqualTo("0.250000");
  }

  @Test
  void virtualNodesAreToldOfWithWhatTheMachineLacks() throws Exception {
    String lacks =
        "ebb: virtual: the machine has not the 96 vCPUs [(]it has [0-9]+[)], [0-9.]+ GB of memory"
            + " [(]it has [0-9.]+ [MG]B[)], 8 GPUs [(]it has none[)] of Standard_ND96asr_v4: ";
    assertThat(ebb("ml compute create -n many --size Standard_ND96asr_v4 --max-instances 1").err())
        .containsPattern(lacks + "jobs share what there is");
    assertThat(ebb("run -d --name big --cluster many -- true").err())
        .containsPattern(lacks + "the job shares what there is");

    ebb("ml compute create -n graphics --size Standard_NC6 --max-instances 1");
    assertThat(get(LAB + "/clusters/graphics").at("/lacks/gpus").toString())
        .isEqualTo("{\"needed\":1,\"has\":0}");
    ebb("ml compute create -n tiny --size Standard_DS1_v2 --max-instances 1");
    assertThat(get(LAB + "/clusters/tiny").has("lacks")).isFalse();

    awaitPhase("big", "ended");
    assertThat(ebb("cost --by cluster").out()).contains("Leave", "Virtual");
    assertThat(ebb("cost --by cluster -o tsv").out().lines())
        .hasSizeGreaterThan(1)
        .allSatisfy(row -> assertThat(row.split("\t", -1)).hasSize(13));
  }

  @Test
  void inputOfWorkspacesOwnStoreThatNobodyHasUploadedSaysWhatTheStoreHas() throws Exception {
    ServedHome.Answer refused =
        server.put(
            LAB + "/jobs/iris",
            "{\"cluster\":\"cpu\",\"command\":\"true\",\"inputs\":{\"iris\":{\"uri\":"
                + "\"azureml://datastores/workspaceblobstore/paths/example-data/iris.csv\"}}}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body())
        .contains(
            "There is nothing at 'example-data/iris.csv' in 'workspaceblobstore'", "LocalUpload")
        .doesNotContain("PUT /ebb");
  }

  @Test
  void inputThatIsNotSentSecurelyIsRefusedWhenTheJobIs() throws Exception {
    ServedHome.Answer refused =
        server.put(
            LAB + "/jobs/plain",
            "{\"cluster\":\"cpu\",\"command\":\"true\",\"inputs\":{\"a\":{\"uri\":"
                + "\"http://example.com/a.csv\"}}}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains("is not fetched: only https is");
  }

  @Test
  void noLineIsWiderThanTheTerminal() throws Exception {
    ebb("ml compute create -n wide --size Standard_D2s_v3 --max-instances 2");
    assertThat(ebb("run -d --name alongside --cluster wide --max 1h -- sleep 1000").code())
        .isZero();
    awaitPhase("alongside", "running");
    assertThat(ebb("run -d --name narrowed --cluster wide --nodes 2 -- sleep 1000").code())
        .isZero();
    Typed narrow = new Typed(folder, server.home()).set("COLUMNS", "60");
    for (String line :
        List.of("ps", "top --once", "cost", "nodes", "quota", "ml compute list -o table")) {
      String out = narrow.ebb(line).out();
      assertThat(out).as(line).isNotBlank();
      assertThat(out.lines().mapToInt(String::length).max().orElse(0))
          .as(line + "\n" + out)
          .isLessThanOrEqualTo(60);
    }
    assertThat(narrow.ebb("ps").out()).contains("alongside", "narrowed", "Running", "List cost");
    assertThat(narrow.ebb("top --once").out())
        .contains("SO FAR", "WORST")
        .containsPattern("(?m)^along.* running ")
        .containsPattern("(?m)^narro.* queued .*…$");
    assertThat(
            narrow
                .ebb("ps -o table --query [].{Name:name,Location:experiment_name,Kind:compute}")
                .out())
        .as("what a query names stays")
        .containsPattern("Name +Location +Kind");
    assertThat(new Typed(folder, server.home()).set("COLUMNS", "92").ebb("top --once").out())
        .as("reasons are cut before a column goes")
        .contains("USER", "FOR", "SIZE", "IDLE", "WAITS FOR")
        .containsPattern("(?m)^narrowed .*…$");
    ebb("stop narrowed");
    ebb("stop alongside");
  }

  @Test
  void topSaysWhyNodesStayAndWhatJobComesToAtMost() throws Exception {
    ebb("ml compute create -n steady --size Standard_D2s_v3 --min-instances 1 --max-instances 1");
    ebb("run -d --name topped --cluster cpu --max 2h -- sleep 1000");
    awaitPhase("topped", "running");
    String out = ebb("top --once").out();
    assertThat(out)
        .containsPattern("(?m)^steady .* kept by min 1: [0-9.]+ USD a month by list price")
        .containsPattern("(?m)^topped .* running .* cpu +1:59:[0-9]{2} +0[.][0-9]{6} +0[.][0-9]+$");
    ebb("stop topped");
  }

  /// Between the client and the server: to it everything is gone by the time its reason is asked
  /// for.
  private static HttpServer forgetful() throws Exception {
    HttpServer between = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    between.createContext(
        "/",
        asked -> {
          try {
            boolean isWhy = asked.getRequestURI().getPath().endsWith("/why");
            ServedHome.Answer answer = server.get(asked.getRequestURI().toString());
            byte[] body =
                (isWhy ? "{\"error\":{\"code\":\"ResourceNotFound\"}}" : answer.body())
                    .getBytes(StandardCharsets.UTF_8);
            asked.sendResponseHeaders(isWhy ? 404 : answer.status(), body.length);
            asked.getResponseBody().write(body);
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          } finally {
            asked.close();
          }
        });
    between.start();
    return between;
  }

  @Test
  void topGoesOnWhenWhatItListedIsGoneBeforeItsReasonIsAskedFor() throws Exception {
    ebb("ml compute create -n vanishes --size Standard_D2s_v3 --max-instances 1");
    ebb("run -d --name holds --cluster vanishes -- sleep 1000");
    ebb("run -d --name hopes --cluster vanishes -- true");
    awaitPhase("holds", "running");
    Path home = Files.createDirectory(folder.resolve("between"));
    Files.copy(server.home().resolve("token"), home.resolve("token"));
    HttpServer between = forgetful();
    try {
      Files.writeString(
          home.resolve("server.json"),
          "{\"url\":\"http://127.0.0.1:%d\",\"pid\":%d,\"home\":%s}"
              .formatted(
                  between.getAddress().getPort(),
                  ProcessHandle.current().pid(),
                  Files.getAttribute(home, "unix:ino")));
      Typed.Said said = new Typed(folder, home).ebb("top --once");
      assertThat(said.code()).as(said.err()).isZero();
      assertThat(said.out())
          .containsPattern("(?m)^vanishes .* is gone$")
          .containsPattern("(?m)^hopes .* is gone$");
    } finally {
      between.stop(0);
    }
    ebb("stop holds");
  }

  @Test
  void topSaysOfClusterWhatIsItsOwnReasonWhereJobHasTheSameName() throws Exception {
    ebb("ml compute create -n twin --size Standard_D2s_v3 --max-instances 1");
    ebb("run --name twin --cluster cpu -- true");
    ebb("run -d --name holder --cluster twin -- sleep 1000");
    ebb("run -d --name second --cluster twin -- true");
    assertThat(ebb("top --once").out())
        .containsPattern("(?m)^twin +Standard_D2s_v3 .* The job needs a node; the cluster may ");
    ebb("stop holder");
  }

  @Test
  void jobThatEndsAtOnceIsNotTakenForOneThatWasThere() throws Exception {
    ebb("run --name warm --cluster cpu -- true");
    for (int i = 0; i < 3; i++) {
      assertThat(ebb("run -d --name short" + i + " --cluster cpu -- true").err())
          .contains("running at most")
          .doesNotContain("Nothing runs");
    }
  }

  @Test
  void keysOfTopAnswerAndEndIt() throws Exception {
    Typed.Said said =
        typed.onTerminal(
            "top",
            new Typed.Keys("[q]uit", "wcpu\r"),
            new Typed.Keys("any key goes on", "w"), // which asks nothing there
            new Typed.Keys("[q]uit", "q"));
    assertThat(said.out().split("why of", -1)).as(said.out()).hasSize(2);
    assertThat(said.code()).isZero();
  }

  @Test
  void fileThatIsNoYamlIsRefusedInOneLine() throws Exception {
    Files.writeString(folder.resolve("bad.yml"), "command: [a\nname: b\n");
    Typed.Said refused = ebb("ml job create -f bad.yml");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .startsWith("ebb: InvalidFile: 'bad.yml' cannot be read as YAML: line 2: ")
        .hasLineCount(1);
  }

  @Test
  void operationThatNeverWasIsNotThere() throws Exception {
    ebb("ml compute create -n stays --size Standard_D2s_v3");
    ebb("ml compute create -n goes --size Standard_D2s_v3");
    String id = get(LAB + "/clusters/goes").path("id").asString();
    ebb("ml compute delete -n goes");
    ebb("run --name ended --cluster cpu -- true");
    assertThat(operation("computes/goes", "delete-" + id)).isEqualTo(200);
    assertThat(operation("computes/stays", "create")).isEqualTo(200);
    assertThat(operation("computes/nosuch", "create")).isEqualTo(404);
    assertThat(operation("computes/stays", "delete-1.999")).isEqualTo(404);
    assertThat(operation("computes/stays", "delete-" + id)).isEqualTo(404);
    assertThat(operation("jobs/nosuch", "cancel-1.1")).isEqualTo(404);
    assertThat(operation("jobs/nosuch", "cancel-" + job("ended").path("id").asString()))
        .isEqualTo(404);
    assertThat(operation("jobs/ended", "cancel-" + job("ended").path("id").asString()))
        .isEqualTo(200);
  }

  private static int operation(String of, String name) throws Exception {
    return server
        .get(
            "/subscriptions/ebb/resourceGroups/ebb/providers/Microsoft.MachineLearningServices"
                + "/workspaces/main/"
                + of
                + "/operations/"
                + name
                + "?api-version=2024-04-01")
        .status();
  }

  @Test
  void billNamesClustersThatWereDeleted() throws Exception {
    ebb("ml compute create -n gone --size Standard_D2s_v3 --idle-time-before-scale-down 1");
    ebb("run --name paid --cluster gone -- true");
    ebb("ml compute delete -n gone");
    assertThat(ebb("cost --by cluster").out())
        .containsPattern("(?m)^gone \\([0-9.]+\\) .* [0-9]+:[0-9]{2}:[0-9]{2}[.][0-9]{3}")
        .doesNotContain("PT");
    assertThat(ebb("cost --all --by cluster").out())
        .containsPattern("(?m)^[a-z]+/gone \\([0-9.]+\\) ")
        .containsPattern("(?m)^[a-z]+/cpu +[0-9]");
  }

  @Test
  void whatIsTypedWronglyIsRefusedInWordsOfTheCommandLine() throws Exception {
    assertThat(ebb("lock create -n a --lock-type Foo").err())
        .isEqualTo(
            "ebb: InvalidRequest: 'Foo' is no type of a lock: there are CanNotDelete and ReadOnly.\n");
    assertThat(ebb("ml compute create -n sized --size Nope").err())
        .contains("'ebb ml compute list-sizes'");
  }

  @Test
  void clusterWithMinimumSaysWhatItKeepsAndWhatThatCosts() throws Exception {
    ebb("ml compute create -n kept --size Standard_D2s_v3 --min-instances 1 --max-instances 1");
    assertThat(ebb("why kept").out())
        .containsPattern("kept by min 1: [0-9.]+ USD a month by list price, used or not\n");
  }
}
