package ebb.app.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the benchmarks ask of a server, over one connection.
final class ServerApi implements AutoCloseable {
  static final String LOCATION = "eastus";
  static final String WORKSPACE = "/ebb/v1/workspaces/bench/bench/bench";

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final byte[] NOTHING = new byte[0];
  private static final long NODES_WITHIN_NANOS = 60_000_000_000L;
  private static final long END_WITHIN_NANOS = 600_000_000_000L;

  private final LeanClient client;

  /// How the tasks of clusters are kept apart: what is measured, or what a workload that writes
  /// outside its folder needs.
  private String isolation = "none";

  ServerApi(LeanClient client) {
    this.client = client;
  }

  /// From here on clusters are made with this isolation.
  void isolate(String newIsolation) {
    isolation = newIsolation;
  }

  /// What an answer was.
  record Answer(int status, String body) {
    JsonNode json() {
      return JSON.readTree(body);
    }
  }

  Answer ask(String method, String path, String body) throws IOException {
    int status = client.request(method, path, body.getBytes(StandardCharsets.UTF_8));
    return new Answer(status, client.body());
  }

  /// Asks for something that must be granted.
  JsonNode must(String method, String path, String body) throws IOException {
    Answer answer = ask(method, path, body);
    if (answer.status() >= 300) {
      throw new IOException(
          method + " " + path + " was answered with " + answer.status() + ": " + answer.body());
    }
    return answer.body().isEmpty() ? JSON.createObjectNode() : answer.json();
  }

  void putWorkspace() throws IOException {
    must("PUT", WORKSPACE, "{\"location\":\"" + LOCATION + "\"}");
  }

  void putCluster(String name, String size, int min, int max, String idle) throws IOException {
    must(
        "PUT",
        WORKSPACE + "/clusters/" + name,
        "{\"size\":\"%s\",\"min\":%d,\"max\":%d,\"idle\":\"%s\",\"isolation\":\"%s\"}"
            .formatted(size, min, max, idle, isolation));
  }

  void setFamilyQuota(String family, int limit) throws IOException {
    must(
        "PUT",
        "/ebb/v1/quotas",
        "{\"kind\":\"family\",\"subscription\":\"bench\",\"location\":\"%s\",\"family\":\"%s\",\"limit\":%d}"
            .formatted(LOCATION, family, limit));
  }

  /// Waits until the cluster has so many idle nodes.
  void awaitIdleNodes(String cluster, int nodes) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + NODES_WITHIN_NANOS;
    while (count(cluster, "idle") < nodes) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the cluster " + cluster + " has no " + nodes + " nodes in a minute");
      }
      Thread.sleep(20);
    }
  }

  /// Waits until every job of the cluster has ended. What the server shows is durable.
  void awaitEnds(String cluster, long lookMillis) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + END_WITHIN_NANOS;
    while (unended(cluster) > 0) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the jobs of " + cluster + " have not ended in ten minutes");
      }
      Thread.sleep(lookMillis);
    }
  }

  int unended(String cluster) throws IOException {
    return count(cluster, "unended");
  }

  private int count(String cluster, String what) throws IOException {
    return must("GET", WORKSPACE + "/clusters/" + cluster, "").get("counts").get(what).asInt();
  }

  static String jobPath(String name) {
    return WORKSPACE + "/jobs/" + name;
  }

  /// A page of a list; `next` is null on the last one.
  record Page(JsonNode rows, @Nullable String next) {}

  Page page(String path, @Nullable String after) throws IOException {
    String asked =
        path
            + (path.contains("?") ? "&" : "?")
            + "limit=1000"
            + (after == null ? "" : "&after=" + after);
    JsonNode page = must("GET", asked, "");
    JsonNode next = page.get("next");
    return new Page(page.get("value"), next == null || next.isNull() ? null : next.asString());
  }

  String text(String path) throws IOException {
    client.request("GET", path, NOTHING);
    return client.body();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
