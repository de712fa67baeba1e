package ebb.app.door;

import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.app.door.ServedHome.Answer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Azure's paths, asked as Azure's clients ask.
class ArmTest {
  private static final String PROVIDER = "/providers/Microsoft.MachineLearningServices";
  private static final String GROUP = "/subscriptions/sub/resourceGroups/team";
  private static final String LAB = GROUP + PROVIDER + "/workspaces/lab";
  private static final String VERSION = "?api-version=2024-04-01";

  @TempDir static Path folder;
  private static ServedHome server;
  private static Swagger swagger;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    if (Swagger.isThere()) {
      String folder =
          "machinelearningservices/resource-manager/Microsoft.MachineLearningServices/stable/2024-04-01/";
      swagger =
          new Swagger(
              folder + "machineLearningServices.json",
              folder + "mfe.json",
              "resources/resource-manager/Microsoft.Resources/stable/2021-04-01/resources.json");
    }
    // Not 201: azure-mgmt-machinelearningservices takes what the specification has.
    Answer made = arm("PUT", LAB, "{\"location\":\"eastus\"}");
    assertThat(made.status()).isEqualTo(202);
    assertThat(json(follow(made, "Azure-AsyncOperation")).path("status").asString())
        .isEqualTo("Succeeded");
  }

  @AfterAll
  static void end() throws Exception {
    server.close();
  }

  private static Answer arm(String method, String path, String body) throws Exception {
    return server.send(method, path + (path.contains("?") ? "" : VERSION), body);
  }

  private static JsonNode json(Answer answer) {
    return JsonMapper.shared().readTree(answer.body());
  }

  private static JsonNode get(String path) throws Exception {
    Answer answer = arm("GET", path, "");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return json(answer);
  }

  /// Asks at an address that the server gave.
  private static Answer follow(Answer from, String header) throws Exception {
    URI address = URI.create(from.headers().firstValue(header).orElseThrow());
    assertThat(address.getPort()).isEqualTo(server.port());
    return server.get(address.getRawPath() + "?" + address.getRawQuery());
  }

  private static String scale(int max) {
    return "\"scaleSettings\":{\"maxNodeCount\":%d,\"minNodeCount\":0,\"nodeIdleTimeBeforeScaleDown\":\"PT1S\"}"
        .formatted(max);
  }

  private static String cluster(String more) {
    return "{\"location\":\"eastus\",\"tags\":{\"for\":\"test\"},\"properties\":{\"computeType\":\"AmlCompute\",\"properties\":"
        + "{\"vmSize\":\"STANDARD_D2S_V3\",\"vmPriority\":\"Dedicated\","
        + scale(2)
        + more
        + "}}}";
  }

  private static Answer put(String name) throws Exception {
    return arm("PUT", LAB + "/computes/" + name, cluster(""));
  }

  private static String job(String command, String more) {
    return "{\"properties\":{\"jobType\":\"Command\",\"command\":\"" + command + "\"" + more + "}}";
  }

  private static Answer submit(String name, String command, String more) throws Exception {
    return arm("PUT", LAB + "/jobs/" + name, job(command, more));
  }

  private static String on(String cluster) {
    return ",\"computeId\":\"" + LAB + "/computes/" + cluster + "\"";
  }

  private static String status(String job) {
    try {
      return get(LAB + "/jobs/" + job).at("/properties/status").asString();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void clusterIsCreatedAsAzuresClientsCreateOne() throws Exception {
    Answer created = put("created");
    assertThat(created.status()).isEqualTo(201);
    Answer operation = follow(created, "Azure-AsyncOperation");
    assertThat(json(operation).path("status").asString()).isEqualTo("Succeeded");
    assertThat(put("created").status()).as("the same again").isEqualTo(200);
    JsonNode shown = get(LAB + "/computes/CREATED");
    assertThat(shown.at("/properties/properties/vmSize").asString()).isEqualTo("STANDARD_D2S_V3");
    assertThat(shown.at("/properties/properties/allocationState").asString()).isEqualTo("Steady");
    assertThat(shown.at("/tags/for").asString()).isEqualTo("test");
    // What azureml-core fails without, and what it fails with.
    JsonNode properties = shown.path("properties");
    assertThat(properties.has("description") && properties.has("resourceId")).isTrue();
    assertThat(properties.at("/properties/subnet").isNull()).isTrue();
    assertThat(properties.path("properties").has("allocationStateTransitionTime")).isFalse();
  }

  @Test
  void clusterThatIsPutAsItWasShownStaysAsItIs() throws Exception {
    put("echoed");
    String shown = arm("GET", LAB + "/computes/echoed", "").body();
    Answer again = arm("PUT", LAB + "/computes/echoed", shown);
    assertThat(again.status()).as(again.body()).isEqualTo(200);
    assertThat(arm("GET", LAB + "/computes/echoed", "").body()).isEqualTo(shown);
  }

  @Test
  void numbersOfAClusterAreChangedWithTwoSlashesAndAsATextThatHoldsTheBody() throws Exception {
    put("patched");
    String body = "{\"properties\":{\"properties\":{" + scale(5) + "}}}";
    Answer changed = arm("PATCH", "/" + LAB + "/computes/patched", body);
    assertThat(changed.status()).as(changed.body()).isEqualTo(200);
    String text =
        JsonMapper.shared()
            .writeValueAsString("{\"properties\":{\"properties\":{" + scale(6) + "}}}");
    assertThat(arm("PATCH", LAB + "/computes/patched", text).status()).isEqualTo(200);
    assertThat(
            get(LAB + "/computes/patched")
                .at("/properties/properties/scaleSettings/maxNodeCount")
                .asInt())
        .isEqualTo(6);
  }

  @Test
  void clusterIsGoneWhenItsDeletionSaysSo() throws Exception {
    put("deleted");
    assertThat(arm("DELETE", LAB + "/computes/deleted", "").status()).isEqualTo(400);
    Answer deleted =
        arm("DELETE", LAB + "/computes/deleted" + VERSION + "&underlyingResourceAction=delete", "");
    assertThat(deleted.status()).isEqualTo(202);
    until(
        "the deletion succeeded",
        () -> {
          try {
            return json(follow(deleted, "Azure-AsyncOperation"))
                .path("status")
                .asString()
                .equals("Succeeded");
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
        });
    assertThat(follow(deleted, "Location").status()).isEqualTo(200);
    assertThat(arm("GET", LAB + "/computes/deleted", "").status()).isEqualTo(404);
  }

  @Test
  void whatEbbDoesNotDoIsRefusedByItsNameAndNothingIsMade() throws Exception {
    for (String more :
        List.of(
            ",\"subnet\":{\"id\":\"/subscriptions/x\"}",
            ",\"isolatedNetwork\":true",
            ",\"userAccountCredentials\":{\"adminUserName\":\"me\"}",
            ",\"remoteLoginPortPublicAccess\":\"Enabled\"",
            ",\"osType\":\"Windows\"",
            ",\"somethingNew\":1")) {
      Answer refused = arm("PUT", LAB + "/computes/refused", cluster(more));
      String name = more.replaceFirst(",\"([a-zA-Z]*)\".*", "$1");
      assertThat(refused.status()).as(more).isEqualTo(400);
      assertThat(refused.body()).contains(name);
    }
    String instance = cluster("").replace("AmlCompute", "ComputeInstance");
    assertThat(arm("PUT", LAB + "/computes/refused", instance).body()).contains("ComputeInstance");
    assertThat(arm("GET", LAB + "/computes/refused", "").status()).isEqualTo(404);
  }

  @Test
  void whatAsksForNothingIsTaken() throws Exception {
    String nothing =
        ",\"subnet\":null,\"isolatedNetwork\":false,\"remoteLoginPortPublicAccess\":\"NotSpecified\",\"enableNodePublicIp\":true,\"osType\":\"linux\"";
    assertThat(arm("PUT", LAB + "/computes/nothing", cluster(nothing)).status()).isEqualTo(201);
    String terse =
        "{\"properties\":{\"computeType\":\"amlcompute\",\"properties\":{\"vmSize\":\"standard_d2s_v3\",\"vmPriority\":\"lowpriority\",\"scaleSettings\":{\"maxNodeCount\":1,\"nodeIdleTimeBeforeScaleDown\":\"\"}}}}";
    assertThat(arm("PUT", LAB + "/computes/terse", terse).status()).isEqualTo(201);
    assertThat(
            get(LAB + "/computes/terse")
                .at("/properties/properties/scaleSettings/nodeIdleTimeBeforeScaleDown")
                .asString())
        .isEqualTo("PT2M");
  }

  @Test
  void requestWithoutAVersionIsRefused() throws Exception {
    Answer refused = server.get(LAB + "/computes");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains("MissingApiVersionParameter");
  }

  @Test
  void jobRunsAndIsShownAsItWasSentWithWhatBecameOfIt() throws Exception {
    put("runs");
    String more =
        on("runs")
            + ",\"displayName\":\"my job\",\"tags\":{\"a\":\"b\"},\"inputs\":{\"rate\":{\"jobInputType\":\"literal\",\"value\":\"0.1\"}}";
    assertThat(submit("seen", "echo rate ${{inputs.rate}}", more).status()).isEqualTo(201);
    assertThat(submit("seen", "echo rate ${{inputs.rate}}", more).status()).isEqualTo(200);
    until("it is done", () -> status("seen").equals("Completed"));
    JsonNode shown = get(LAB + "/jobs/seen");
    assertThat(shown.at("/properties/displayName").asString()).isEqualTo("my job");
    assertThat(shown.at("/properties/command").asString()).contains("${{inputs.rate}}");
    assertThat(shown.at("/properties/tags/a").asString()).isEqualTo("b");
    String logs = "/ebb/v1/workspaces/sub/team/lab/jobs/seen/logs";
    assertThat(server.get(logs).body()).isEqualTo("rate 0.1\n");
    until("it left memory", () -> isPast("seen"));
    assertThat(status("seen")).isEqualTo("Completed");
    assertThat(submit("seen", "echo rate ${{inputs.rate}}", more).status())
        .as("a finished job never runs again")
        .isEqualTo(200);
    assertThat(submit("seen", "echo other", on("runs")).status()).isEqualTo(409);
  }

  private static boolean isPast(String job) {
    try {
      return get(LAB + "/jobs/" + job)
          .at("/properties/properties")
          .path("ebb.cost.list")
          .isMissingNode();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void jobIsCanceledAndItsOperationSaysWhen() throws Exception {
    put("cancels");
    submit("long", "sleep 1000", on("cancels"));
    until("it runs", () -> status("long").equals("Running"));
    Answer canceled = arm("POST", LAB + "/jobs/long/cancel", "");
    assertThat(canceled.status()).isEqualTo(202);
    until("it is canceled", () -> status("long").equals("Canceled"));
    assertThat(follow(canceled, "Location").status()).isEqualTo(200);
  }

  @Test
  void jobWithoutAClusterRunsOnOneThatEbbKeeps() throws Exception {
    String more = ",\"resources\":{\"instanceType\":\"Standard_D2s_v3\",\"instanceCount\":1}";
    assertThat(submit("anywhere", "true", more).status()).isEqualTo(201);
    until("it is done", () -> status("anywhere").equals("Completed"));
    assertThat(get(LAB + "/computes/serverless-d2sv3").at("/properties/computeType").asString())
        .isEqualTo("AmlCompute");
    assertThat(submit("nowhere", "true", "").body()).contains("/computes/serverless-ds3v2\"");
    String spot = ",\"queueSettings\":{\"jobTier\":\"Spot\"}";
    assertThat(submit("cheap", "true", spot).body()).contains("/computes/serverless-ds3v2-low\"");
    put("own");
    assertThat(submit("both", "true", on("own") + spot).body()).contains("queueSettings.jobTier");
  }

  @Test
  void jobThatAsksForMoreThanEbbDoesIsRefusedByWhatItAsks() throws Exception {
    put("asks");
    assertThat(
            submit("asked", "true", on("asks") + ",\"environmentId\":\"azureml:sklearn:1\"").body())
        .contains("azureml:sklearn:1");
    assertThat(
            submit(
                    "asked",
                    "true",
                    on("asks")
                        + ",\"inputs\":{\"data\":{\"jobInputType\":\"uri_file\",\"uri\":\"/etc/passwd\"}}")
                .body())
        .contains("/etc/passwd", "datastore");
    assertThat(
            submit("asked", "true", on("asks") + ",\"identity\":{\"identityType\":\"Managed\"}")
                .status())
        .isEqualTo(400);
    assertThat(
            arm("PUT", LAB + "/jobs/asked", job("true", on("asks")).replace("Command", "Sweep"))
                .body())
        .contains("Sweep");
    assertThat(arm("GET", LAB + "/jobs/asked", "").status()).isEqualTo(404);
  }

  @Test
  void lockIsToldOnTheClusterThatItStops() throws Exception {
    put("locked");
    String lock = "/ebb/v1/locks/keep?subscription=sub&group=team&workspace=lab&cluster=locked";
    server.put(lock, "{\"level\":\"cannot delete\"}");
    assertThat(
            get(LAB + "/computes/locked")
                .at("/properties/properties/errors/0/error/code")
                .asString())
        .isEqualTo("ScopeLocked");
  }

  @Test
  void everyAnswerIsWhatAzuresSpecificationAllows() throws Exception {
    assumeTrue(swagger != null, "Azure's specification files are not beside this clone");
    put("checked");
    submit("checked", "sleep 2", on("checked"));
    until("it runs", () -> status("checked").equals("Running"));
    check("GET", LAB);
    check("GET", GROUP + PROVIDER + "/workspaces");
    check("GET", "/subscriptions/sub" + PROVIDER + "/workspaces");
    check("GET", LAB + "/computes/checked");
    check("GET", LAB + "/computes");
    check("POST", LAB + "/computes/checked/listNodes");
    check("GET", LAB + "/jobs/checked");
    check("GET", LAB + "/jobs");
    check("GET", LAB + "/jobs/not-there");
    check("GET", "/subscriptions/sub" + PROVIDER + "/locations/eastus/vmSizes");
    check("GET", "/subscriptions/sub" + PROVIDER + "/locations/eastus/usages");
    check("GET", GROUP);
    check("GET", "/subscriptions/sub/resourcegroups");
    until("it is done", () -> status("checked").equals("Completed"));
    check("GET", LAB + "/jobs/checked");
    until("it left memory", () -> isPast("checked"));
    check("GET", LAB + "/jobs/checked");
    Answer created = put("checked-too");
    assertThat(swagger.faults("PUT", LAB + "/computes/checked-too", 201, created.body())).isEmpty();
  }

  @Test
  void specificationCatchesAnAnswerThatIsNotAzures() throws Exception {
    assumeTrue(swagger != null, "Azure's specification files are not beside this clone");
    put("wrong");
    String path = LAB + "/computes/wrong";
    String right = arm("GET", path, "").body();
    assertThat(swagger.faults("GET", path, 200, right)).isEmpty();
    for (String[] change :
        new String[][] {
          {"\"Succeeded\"", "\"Fine\""},
          {"\"AmlCompute\"", "\"Aml\""},
          {"\"currentNodeCount\":0", "\"currentNodeCount\":\"0\""},
          {"\"createdOn\":\"", "\"createdOn\":\"at "},
          {"\"maxNodeCount\"", "\"max\""}
        }) {
      String wrong = right.replace(change[0], change[1]);
      assertThat(wrong).as(change[0]).isNotEqualTo(right);
      assertThat(swagger.faults("GET", path, 200, wrong)).as(change[0]).isNotEmpty();
    }
  }

  private static void check(String method, String path) throws Exception {
    Answer answer = arm(method, path, "");
    assertThat(swagger.faults(method, path, answer.status(), answer.body()))
        .as(method + " " + path + ": " + answer.body())
        .isEmpty();
  }

  @Test
  void listsEndWithoutAnAddressOfANextPage() throws Exception {
    put("listed");
    JsonNode list = get(LAB + "/computes");
    assertThat(list.path("value").size()).isPositive();
    assertThat(list.has("nextLink")).isFalse();
    assertThat(get("/subscriptions").at("/value/0/subscriptionId").asString()).isEqualTo("sub");
    assertThat(arm("HEAD", GROUP, "").status()).isEqualTo(204);
    assertThat(arm("HEAD", GROUP + "s", "").status()).isEqualTo(404);
  }
}
