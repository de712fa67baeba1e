package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server's Azure paths. Every answer that comes through here is held against Azure's
/// specification files where they are beside the clone, the long-running operations' too.
final class AzureDoor {
  static final String PROVIDER = "/providers/Microsoft.MachineLearningServices";
  static final String SUBSCRIPTION = "/subscriptions/sub";
  static final String GROUP = SUBSCRIPTION + "/resourceGroups/team";
  static final String LAB = GROUP + PROVIDER + "/workspaces/lab";
  static final String VERSION = "?api-version=2024-04-01";

  private static final String STATUS =
      "common-types/resource-management/v3/types.json#/definitions/OperationStatusResult";

  private final ServedHome server;
  private final @Nullable Swagger swagger;

  AzureDoor(ServedHome server) throws Exception {
    this.server = server;
    String folder =
        "machinelearningservices/resource-manager/Microsoft.MachineLearningServices/stable/2024-04-01/";
    this.swagger =
        Swagger.isThere()
            ? new Swagger(
                folder + "machineLearningServices.json",
                folder + "mfe.json",
                "resources/resource-manager/Microsoft.Resources/stable/2021-04-01/resources.json")
            : null;
  }

  /// Null where Azure's files are not beside the clone.
  @Nullable Swagger swagger() {
    return swagger;
  }

  Answer send(String method, String path, String body) throws Exception {
    String whole = path + (path.contains("?") ? "" : VERSION);
    Answer answer = server.send(method, whole, body);
    if (swagger != null) {
      assertThat(swagger.faults(method, path, answer))
          .as(method + " " + path + ": " + answer.status() + " " + answer.body())
          .isEmpty();
    }
    return answer;
  }

  JsonNode get(String path) throws Exception {
    Answer answer = send("GET", path, "");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return json(answer);
  }

  static JsonNode json(Answer answer) {
    return JsonMapper.shared().readTree(answer.body());
  }

  private Answer follow(Answer from, String header) throws Exception {
    assertThat(from.headers().firstValue(header)).as(from.body()).isPresent();
    URI address = URI.create(from.headers().firstValue(header).orElseThrow());
    assertThat(address.getPort()).isEqualTo(server.port());
    return server.get(address.getRawPath() + "?" + address.getRawQuery());
  }

  /// What the operation that an answer began says of itself.
  String operation(Answer from) {
    try {
      Answer told = follow(from, "Azure-AsyncOperation");
      assertThat(told.status()).as(told.body()).isEqualTo(200);
      if (swagger != null) {
        assertThat(swagger.faultsAs(STATUS, told.body())).as(told.body()).isEmpty();
      }
      return json(told).path("status").asString();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// The status at the address of an operation's result: 202 until it is done.
  int result(Answer from) {
    try {
      Answer told = follow(from, "Location");
      assertThat(told.status()).as(told.body()).isIn(200, 202, 204);
      if (told.status() == 202) {
        assertThat(told.headers().firstValue("Retry-After")).isPresent();
      }
      return told.status();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// Waits until the operation has succeeded, and its result says so too.
  void await(Answer from) {
    ServedHome.until(
        "the operation has succeeded",
        () -> {
          String status = operation(from);
          assertThat(status).isIn("InProgress", "Succeeded");
          return status.equals("Succeeded");
        });
    assertThat(result(from)).isEqualTo(200);
  }

  /// A next page, at the address that the page before gives.
  JsonNode next(JsonNode page) throws Exception {
    URI address = URI.create(page.path("nextLink").asString());
    assertThat(address.getPort()).isEqualTo(server.port());
    return get(address.getRawPath() + "?" + address.getRawQuery());
  }

  static String scale(int max) {
    return "\"scaleSettings\":{\"maxNodeCount\":%d,\"minNodeCount\":0,\"nodeIdleTimeBeforeScaleDown\":\"PT1S\"}"
        .formatted(max);
  }

  static String cluster(String more) {
    return "{\"location\":\"eastus\",\"tags\":{\"for\":\"test\"},\"properties\":{\"computeType\":\"AmlCompute\",\"properties\":"
        + "{\"vmSize\":\"STANDARD_D2S_V3\",\"vmPriority\":\"Dedicated\","
        + scale(2)
        + more
        + "}}}";
  }

  /// Makes a cluster of the laboratory.
  Answer put(String name) throws Exception {
    return send("PUT", LAB + "/computes/" + name, cluster(""));
  }

  static String job(String command, String more) {
    return "{\"properties\":{\"jobType\":\"Command\",\"command\":\"" + command + "\"" + more + "}}";
  }

  Answer submit(String name, String command, String more) throws Exception {
    return send("PUT", LAB + "/jobs/" + name, job(command, more));
  }

  static String on(String cluster) {
    return ",\"computeId\":\"" + LAB + "/computes/" + cluster + "\"";
  }

  String status(String job) {
    return statusAt(LAB + "/jobs/" + job);
  }

  String statusAt(String path) {
    try {
      return get(path).at("/properties/status").asString();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// Whether the job has left memory and only history knows it, as have all that ended before it.
  boolean isPast(String job) {
    try {
      return get(LAB + "/jobs/" + job).at("/properties/properties").has("ebb.end.cause")
          && server.endedInMemory() == 0;
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
