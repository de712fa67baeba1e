package ebb.app.door;

import static ebb.app.door.AzureDoor.GROUP;
import static ebb.app.door.AzureDoor.LAB;
import static ebb.app.door.AzureDoor.PROVIDER;
import static ebb.app.door.AzureDoor.SUBSCRIPTION;
import static ebb.app.door.AzureDoor.VERSION;
import static ebb.app.door.AzureDoor.cluster;
import static ebb.app.door.AzureDoor.job;
import static ebb.app.door.AzureDoor.on;
import static ebb.app.door.AzureDoor.scale;
import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ebb.app.door.ServedHome.Answer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Azure's paths, asked as Azure's clients ask.
class ArmTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static AzureDoor azure;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    azure = new AzureDoor(server);
    assertThat(azure.send("PUT", LAB, "{\"location\":\"eastus\"}").status()).isEqualTo(200);
  }

  @Test
  void idleTimeBelowZeroIsRefusedOnBothPathsAndChangesNothing() throws Exception {
    String own = ServedHome.WORKSPACE + "/clusters/timed";
    String path = LAB + "/computes/timed";
    String sized = "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":%s}";
    String scaled = AzureDoor.cluster("").replace("\"PT1S\"", "\"%s\"");
    for (String idle : List.of("-1", "\"-PT1S\"", "\"PT-1S\"")) {
      Answer refused = server.put(own, sized.formatted(idle));
      assertThat(refused.status()).as(refused.body()).isEqualTo(400);
      assertThat(refused.body()).contains("is no value for idle: allowed are");
    }
    Answer refused = azure.send("PUT", path, scaled.formatted("-PT1S"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains("-PT1S", "nodeIdleTimeBeforeScaleDown");
    assertThat(server.get(own).status()).as("nothing was made").isEqualTo(404);

    server.put(own, sized.formatted(7));
    assertThat(server.send("PATCH", own, "{\"idle\":-1}").status()).isEqualTo(400);
    String properties = "{\"properties\":{\"properties\":{\"scaleSettings\":{\"maxNodeCount\":1,";
    String patch = properties + "\"nodeIdleTimeBeforeScaleDown\":\"-PT1S\"}}}}";
    assertThat(azure.send("PATCH", path, patch).status()).isEqualTo(400);
    assertThat(server.get(own).text("idle")).isEqualTo("PT7S");
  }

  @Test
  void clusterIsCreatedAsAzuresClientsCreateOne() throws Exception {
    Answer created = azure.put("created");
    assertThat(created.status()).isEqualTo(201);
    assertThat(azure.operation(created)).isEqualTo("Succeeded");
    String nowhere = LAB.replaceFirst("/lab$", "/none") + "/operations/create";
    assertThat(server.get(nowhere + VERSION).status()).isEqualTo(404);
    assertThat(server.get(LAB + "/operations/create" + VERSION).status()).isEqualTo(200);
    assertThat(azure.put("created").status()).as("the same again").isEqualTo(200);
    String more = azure.send("GET", LAB + "/computes/created", "").body();
    String fewer = more.replaceFirst("\"maxNodeCount\":[0-9]+", "\"maxNodeCount\":3");
    assertThat(fewer).isNotEqualTo(more);
    Answer changed = azure.send("PUT", LAB + "/computes/created", fewer);
    assertThat(changed.status()).as("changed").isEqualTo(200);
    assertThat(changed.body()).contains("\"maxNodeCount\":3");
    assertThat(azure.operation(changed)).isEqualTo("Succeeded");
    JsonNode shown = azure.get(LAB + "/computes/CREATED");
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
    azure.put("echoed");
    String shown = azure.send("GET", LAB + "/computes/echoed", "").body();
    Answer again = azure.send("PUT", LAB + "/computes/echoed", shown);
    assertThat(again.status()).as(again.body()).isEqualTo(200);
    assertThat(azure.send("GET", LAB + "/computes/echoed", "").body()).isEqualTo(shown);
  }

  @Test
  void numbersOfAClusterAreChangedWithTwoSlashesAndAsATextThatHoldsTheBody() throws Exception {
    azure.put("patched");
    String body = "{\"properties\":{\"properties\":{" + scale(5) + "}}}";
    Answer changed = azure.send("PATCH", "/" + LAB + "/computes/patched", body);
    assertThat(changed.status()).as(changed.body()).isEqualTo(200);
    String text =
        JsonMapper.shared()
            .writeValueAsString("{\"properties\":{\"properties\":{" + scale(6) + "}}}");
    assertThat(azure.send("PATCH", LAB + "/computes/patched", text).status()).isEqualTo(200);
    assertThat(
            azure
                .get(LAB + "/computes/patched")
                .at("/properties/properties/scaleSettings/maxNodeCount")
                .asInt())
        .isEqualTo(6);
    for (String method : List.of("PATCH", "PUT")) {
      String negative =
          "{\"location\":\"eastus\",\"properties\":{\"computeType\":\"AmlCompute\",\"properties\":{%s\"scaleSettings\":{\"minNodeCount\":-1,\"maxNodeCount\":2}}}}"
              .formatted(method.equals("PUT") ? "\"vmSize\":\"Standard_D2s_v3\"," : "");
      Answer refused = azure.send(method, LAB + "/computes/patched", negative);
      assertThat(refused.status()).as(refused.body()).isEqualTo(400);
      assertThat(refused.body()).contains("scaleSettings.minNodeCount' cannot be -1");
    }
  }

  @Test
  void clusterIsGoneWhenItsDeletionSaysSo() throws Exception {
    azure.put("deleted");
    assertThat(azure.send("DELETE", LAB + "/computes/deleted", "").status()).isEqualTo(400);
    Answer deleted =
        azure.send(
            "DELETE", LAB + "/computes/deleted" + VERSION + "&underlyingResourceAction=delete", "");
    assertThat(deleted.status()).isEqualTo(202);
    azure.await(deleted);
    assertThat(azure.send("GET", LAB + "/computes/deleted", "").status()).isEqualTo(404);
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
      Answer refused = azure.send("PUT", LAB + "/computes/refused", cluster(more));
      String name = more.replaceFirst(",\"([a-zA-Z]*)\".*", "$1");
      assertThat(refused.status()).as(more).isEqualTo(400);
      assertThat(refused.body()).contains(name);
    }
    String instance = cluster("").replace("AmlCompute", "ComputeInstance");
    assertThat(azure.send("PUT", LAB + "/computes/refused", instance).body())
        .contains("ComputeInstance");
    assertThat(azure.send("GET", LAB + "/computes/refused", "").status()).isEqualTo(404);
  }

  @Test
  void whatAsksForNothingIsTaken() throws Exception {
    String nothing =
        ",\"subnet\":null,\"isolatedNetwork\":false,\"remoteLoginPortPublicAccess\":\"NotSpecified\",\"enableNodePublicIp\":true,\"osType\":\"linux\"";
    assertThat(azure.send("PUT", LAB + "/computes/nothing", cluster(nothing)).status())
        .isEqualTo(201);
    String terse =
        "{\"properties\":{\"computeType\":\"amlcompute\",\"properties\":{\"vmSize\":\"standard_d2s_v3\",\"vmPriority\":\"lowpriority\",\"scaleSettings\":{\"maxNodeCount\":1,\"nodeIdleTimeBeforeScaleDown\":\"\"}}}}";
    assertThat(azure.send("PUT", LAB + "/computes/terse", terse).status()).isEqualTo(201);
    assertThat(
            azure
                .get(LAB + "/computes/terse")
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
    azure.put("runs");
    String more =
        on("runs")
            + ",\"displayName\":\"my job\",\"tags\":{\"a\":\"b\"},\"inputs\":{\"rate\":{\"jobInputType\":\"literal\",\"value\":\"0.1\"}}";
    assertThat(azure.submit("seen", "echo rate ${{inputs.rate}}", more).status()).isEqualTo(201);
    assertThat(azure.submit("seen", "echo rate ${{inputs.rate}}", more).status()).isEqualTo(200);
    until("it is done", () -> azure.status("seen").equals("Completed"));
    JsonNode shown = azure.get(LAB + "/jobs/seen");
    assertThat(shown.at("/properties/displayName").asString()).isEqualTo("my job");
    assertThat(shown.at("/properties/command").asString()).contains("${{inputs.rate}}");
    assertThat(shown.at("/properties/tags/a").asString()).isEqualTo("b");
    String logs = "/ebb/v1/workspaces/sub/team/lab/jobs/seen/logs";
    assertThat(server.get(logs).body()).isEqualTo("rate 0.1\n");
    until("it left memory", () -> azure.isPast("seen"));
    assertThat(azure.status("seen")).isEqualTo("Completed");
    assertThat(azure.submit("seen", "echo rate ${{inputs.rate}}", more).status())
        .as("a finished job never runs again")
        .isEqualTo(200);
    assertThat(azure.submit("seen", "echo other", on("runs")).status()).isEqualTo(409);
  }

  @Test
  void jobIsCanceledAndItsOperationSaysWhen() throws Exception {
    azure.put("cancels");
    azure.submit("long", "sleep 1000", on("cancels"));
    until("it runs", () -> azure.status("long").equals("Running"));
    Answer canceled = azure.send("POST", LAB + "/jobs/long/cancel", "");
    assertThat(canceled.status()).isEqualTo(202);
    azure.await(canceled);
    assertThat(azure.status("long")).isEqualTo("Canceled");
  }

  @Test
  void jobWithoutAClusterRunsOnOneThatEbbKeeps() throws Exception {
    String more = ",\"resources\":{\"instanceType\":\"Standard_D2s_v3\",\"instanceCount\":1}";
    assertThat(azure.submit("anywhere", "true", more).status()).isEqualTo(201);
    until("it is done", () -> azure.status("anywhere").equals("Completed"));
    assertThat(
            azure.get(LAB + "/computes/serverless-d2sv3").at("/properties/computeType").asString())
        .isEqualTo("AmlCompute");
    assertThat(azure.submit("nowhere", "true", "").body()).contains("/computes/serverless-ds3v2\"");
    String spot = ",\"queueSettings\":{\"jobTier\":\"Spot\"}";
    assertThat(azure.submit("cheap", "true", spot).body())
        .contains("/computes/serverless-ds3v2-low\"");
    azure.put("own");
    assertThat(azure.submit("both", "true", on("own") + spot).body())
        .contains("queueSettings.jobTier");
  }

  @Test
  void jobThatAsksForMoreThanEbbDoesIsRefusedByWhatItAsks() throws Exception {
    azure.put("asks");
    assertThat(
            azure
                .submit("asked", "true", on("asks") + ",\"environmentId\":\"azureml:sklearn:1\"")
                .body())
        .contains("azureml:sklearn:1");
    assertThat(
            azure
                .submit(
                    "asked",
                    "true",
                    on("asks")
                        + ",\"inputs\":{\"data\":{\"jobInputType\":\"uri_file\",\"uri\":\"/etc/passwd\"}}")
                .body())
        .contains("/etc/passwd", "datastore");
    assertThat(
            azure
                .submit(
                    "asked", "true", on("asks") + ",\"identity\":{\"identityType\":\"Managed\"}")
                .status())
        .isEqualTo(400);
    assertThat(
            azure
                .send(
                    "PUT", LAB + "/jobs/asked", job("true", on("asks")).replace("Command", "Sweep"))
                .body())
        .contains("Sweep");
    assertThat(azure.send("GET", LAB + "/jobs/asked", "").status()).isEqualTo(404);
  }

  @Test
  void lockIsToldOnTheClusterThatItStops() throws Exception {
    azure.put("locked");
    String lock = "/ebb/v1/locks/keep?subscription=sub&group=team&workspace=lab&cluster=locked";
    server.put(lock, "{\"level\":\"cannot delete\"}");
    assertThat(
            azure
                .get(LAB + "/computes/locked")
                .at("/properties/properties/errors/0/error/code")
                .asString())
        .isEqualTo("ScopeLocked");
  }

  @Test
  void everyOperationIsHeldAgainstAzuresSpecification() throws Exception {
    assumeTrue(azure.swagger() != null, "Azure's specification files are not beside this clone");
    String other = GROUP + PROVIDER + "/workspaces/checks";
    String made = "{\"location\":\"eastus\"}";
    azure.send("GET", other, "");
    azure.await(azure.send("PUT", other, made));
    azure.send("GET", other, "");
    azure.send("GET", GROUP + PROVIDER + "/workspaces", "");
    azure.send("GET", SUBSCRIPTION + PROVIDER + "/workspaces", "");
    azure.send("GET", GROUP, "");
    azure.send("GET", GROUP + "-not-there", "");
    azure.send("HEAD", GROUP, "");
    azure.send("HEAD", GROUP + "-not-there", "");
    azure.send("GET", SUBSCRIPTION + "/resourcegroups", "");
    azure.send("GET", SUBSCRIPTION + PROVIDER + "/locations/eastus/vmSizes", "");

    String computes = other + "/computes";
    azure.await(azure.send("PUT", computes + "/cpu", cluster("")));
    azure.send("PUT", computes + "/cpu", cluster(""));
    azure.send("PUT", computes + "/cpu", cluster(",\"isolatedNetwork\":true"));
    azure.send("GET", computes + "/cpu", "");
    azure.send("GET", computes + "/not-there", "");
    azure.send("GET", computes, "");
    String change = "{\"properties\":{\"properties\":{" + scale(3) + "}}}";
    azure.send("PATCH", computes + "/cpu", change);
    azure.send("PATCH", computes + "/not-there", change);

    String environments = other + "/environments";
    String image = "{\"properties\":{\"image\":\"some/image:1\"}}";
    azure.send("PUT", environments + "/tools/versions/1", image);
    azure.send("PUT", environments + "/tools/versions/1", image);
    azure.send("PUT", environments + "/tools/versions/1", image.replace(":1", ":2"));
    azure.send("GET", environments, "");
    azure.send("GET", environments + "/tools", "");
    azure.send("GET", environments + "/tools/versions", "");
    azure.send("GET", environments + "/tools/versions/1", "");
    azure.send("GET", environments + "/tools/versions/2", "");

    String jobs = other + "/jobs";
    String long1 = job("sleep 1000", ",\"computeId\":\"cpu\"");
    azure.send("PUT", jobs + "/long", long1);
    azure.send("PUT", jobs + "/long", long1);
    azure.send("PUT", jobs + "/long", job("true", ",\"computeId\":\"cpu\""));
    azure.send("GET", jobs + "/not-there", "");
    until("it runs", () -> azure.statusAt(jobs + "/long").equals("Running"));
    azure.send("GET", jobs + "/long", "");
    azure.send("GET", jobs, "");
    azure.send("POST", computes + "/cpu/listNodes", "");
    azure.send("GET", SUBSCRIPTION + PROVIDER + "/locations/eastus/usages", "");
    azure.await(azure.send("POST", jobs + "/long/cancel", ""));
    azure.send("GET", jobs + "/long", "");
    azure.send("POST", jobs + "/long/cancel", "");

    String underlying = computes + "/cpu" + VERSION + "&underlyingResourceAction=";
    azure.send("DELETE", underlying + "Detach", "");
    azure.await(azure.send("DELETE", underlying + "Delete", ""));
    azure.send("DELETE", underlying + "Delete", "");
    azure.await(azure.send("DELETE", other, ""));
    azure.send("DELETE", other, "");

    assertThat(azure.swagger().checked())
        .contains(
            "Workspaces_CreateOrUpdate 200",
            "Workspaces_Get 200",
            "Workspaces_Get 404",
            "Workspaces_ListByResourceGroup 200",
            "Workspaces_ListBySubscription 200",
            "Workspaces_Delete 202",
            "Workspaces_Delete 204",
            "ResourceGroups_Get 200",
            "ResourceGroups_Get 404",
            "ResourceGroups_CheckExistence 204",
            "ResourceGroups_CheckExistence 404",
            "ResourceGroups_List 200",
            "VirtualMachineSizes_List 200",
            "Usages_List 200",
            "Compute_CreateOrUpdate 201",
            "Compute_CreateOrUpdate 200",
            "Compute_CreateOrUpdate 400",
            "Compute_Get 200",
            "Compute_Get 404",
            "Compute_List 200",
            "Compute_Update 200",
            "Compute_Update 404",
            "Compute_ListNodes 200",
            "Compute_Delete 400",
            "Compute_Delete 202",
            "Compute_Delete 204",
            "EnvironmentVersions_CreateOrUpdate 201",
            "EnvironmentVersions_CreateOrUpdate 200",
            "EnvironmentVersions_CreateOrUpdate 409",
            "EnvironmentContainers_List 200",
            "EnvironmentContainers_Get 200",
            "EnvironmentVersions_List 200",
            "EnvironmentVersions_Get 200",
            "EnvironmentVersions_Get 404",
            "Jobs_CreateOrUpdate 201",
            "Jobs_CreateOrUpdate 200",
            "Jobs_CreateOrUpdate 409",
            "Jobs_Get 200",
            "Jobs_Get 404",
            "Jobs_List 200",
            "Jobs_Cancel 202",
            "Jobs_Cancel 409");
  }

  @Test
  void specificationCatchesAnAnswerThatIsNotAzures() throws Exception {
    Swagger swagger = azure.swagger();
    assumeTrue(swagger != null, "Azure's specification files are not beside this clone");
    azure.put("wrong");
    String compute = LAB + "/computes/wrong";
    bites("GET", compute, "\"Succeeded\"", "\"Fine\"");
    bites("GET", compute, "\"AmlCompute\"", "\"Aml\"");
    bites("GET", compute, "\"currentNodeCount\":0", "\"currentNodeCount\":\"0\"");
    bites("GET", compute, "\"createdOn\":\"", "\"createdOn\":\"at ");
    bites("GET", compute, "\"maxNodeCount\"", "\"max\"");
    bites("GET", compute, "\"PT1S\"", "\"1 s\"");
    azure.submit("wrong", "true", on("wrong"));
    bites("GET", LAB + "/jobs/wrong", "\"Command\"", "\"Cmd\"");
    bites("GET", LAB + "/jobs/wrong", "\"command\"", "\"commands\"");
    bites("GET", GROUP, "\"location\"", "\"place\"");
    bites("GET", LAB + "/computes/not-there", "\"details\":[]", "\"details\":{}");

    Answer changed = azure.send("PATCH", compute, "{}");
    assertThat(swagger.faults("PATCH", compute, new Answer(202, "", changed.headers())))
        .contains("the specification has no answer 202");
    Answer gone = azure.send("DELETE", compute + VERSION + "&underlyingResourceAction=Delete", "");
    assertThat(swagger.faults("DELETE", compute, new Answer(202, "{}", changed.headers())))
        .contains(
            "there is no header Azure-AsyncOperation",
            "there is no header Location",
            "there is a body");
    assertThat(swagger.faults("DELETE", compute, gone)).isEmpty();
    assertThat(swagger.faults("PUT", LAB + "/datasets/x", gone)).isNotEmpty();
    String status =
        "common-types/resource-management/v3/types.json#/definitions/OperationStatusResult";
    assertThat(swagger.faultsAs(status, "{\"status\":\"InProgress\"}")).isEmpty();
    assertThat(swagger.faultsAs(status, "{\"state\":\"InProgress\"}")).isNotEmpty();
  }

  /// Changes an answer that is right, and has the change noticed.
  private static void bites(String method, String path, String right, String wrong)
      throws Exception {
    Answer answer = azure.send(method, path, "");
    String body = answer.body().replace(right, wrong);
    assertThat(body).as(right).isNotEqualTo(answer.body());
    assertThat(
            azure
                .swagger()
                .faults(method, path, new Answer(answer.status(), body, answer.headers())))
        .as(wrong)
        .isNotEmpty();
  }

  @Test
  void listsEndWithoutAnAddressOfANextPage() throws Exception {
    azure.put("listed");
    JsonNode list = azure.get(LAB + "/computes");
    assertThat(list.path("value").size()).isPositive();
    assertThat(list.has("nextLink")).isFalse();
    assertThat(server.get("/subscriptions" + VERSION).body())
        .contains("\"subscriptionId\":\"sub\"");
    assertThat(azure.send("HEAD", GROUP, "").status()).isEqualTo(204);
    assertThat(azure.send("HEAD", GROUP + "s", "").status()).isEqualTo(404);
  }
}
