package ebb.app.door;

import static ebb.app.door.AzureDoor.LAB;
import static ebb.app.door.AzureDoor.SUBSCRIPTION;
import static ebb.app.door.AzureDoor.VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.code.Bounds;
import ebb.app.code.Snapshot;
import ebb.app.door.ServedHome.Answer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What stands behind the question mark of an address is done, or refused.
class QueryTest {
  private static final String EASTUS =
      "/providers/Microsoft.MachineLearningServices/locations/eastus";
  private static final String JOB = ServedHome.job("says");

  @TempDir static Path folder;
  private static ServedHome server;
  private static AzureDoor azure;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    azure = new AzureDoor(server);
    server.cluster(2);
    server.submit("says", "echo something");
    server.awaitJob("says", "ended");
    for (int version = 1; version <= 5; version++) {
      String data =
          "{\"properties\":{\"dataType\":\"uri_file\",\"dataUri\":\"https://example.org/%d\"}}"
              .formatted(version);
      String path = LAB + "/data/flowers/versions/" + version;
      assertThat(azure.send("PUT", path, data).status()).isEqualTo(201);
    }
  }

  @AfterAll
  static void end() {
    server.close();
  }

  private static void assertRefused(Answer answer, String... told) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.text("code")).isEqualTo("InvalidRequest");
    assertThat(answer.text("message")).contains(told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "0", "-1", "1001", "99999999999999999999", "1.5", "%20", ""})
  void pageThatNobodyCanBeGivenIsRefusedWithTheLimitAndWhatWasAsked(String limit) throws Exception {
    for (String list : List.of("/clusters", "/jobs", "/ledger", "/jobs/says/files")) {
      Answer answer = server.get(ServedHome.WORKSPACE + list + "?limit=" + limit);
      assertRefused(
          answer,
          "'%s' is no value for limit".formatted(limit.replace("%20", " ")),
          "a whole number, 1 to 1000");
    }
    assertRefused(server.get("/ebb/v1/nodes?limit=" + limit), "1 to 1000");
    assertRefused(server.get("/ebb/v1/ledger?limit=" + limit), "1 to 1000");
  }

  @ParameterizedTest
  @CsvSource({
    "/logs?offset=-1, '-1', 0 or more",
    "/logs?rank=1, '1', 0 to 0",
    "/logs?attempt=0, '0', 1 to 1",
    "/logs?follow=yes, 'yes', true or false",
    "/logs?all=1, '1', true or false",
    "/logs?stream=both, 'both', stdout or stderr",
    "/files?rank=one, 'one', 0 to 0",
  })
  void whatAJobHasNotIsRefused(String path, String asked, String allowed) throws Exception {
    assertRefused(server.get(JOB + path), asked, allowed);
    assertThat(server.get(JOB + "/logs?all=true&follow=false").body()).isEqualTo("something\n");
  }

  @Test
  void archivedJobsAreListedAlsoOrOnly() throws Exception {
    String jobs = ServedHome.WORKSPACE + "/jobs?archived=";
    assertRefused(server.get(jobs + "true"), "'true'", "also or only");
    assertThat(server.get(jobs + "also").body()).contains("\"says\"");
    assertThat(server.get(jobs + "only").body()).doesNotContain("\"says\"");
  }

  @ParameterizedTest
  @CsvSource({
    "/jobs?phase=foo, 'phase', 'there are after, limit, archived'",
    "/jobs?cluster=nosuch&limit=1, 'cluster', archived",
    "/ledger?bye=job, 'bye', 'there are from, to, by, after, limit'",
    "/jobs/says?follow=true, 'follow', there is nothing to say",
    "/jobs/says/logs?Follow=true, 'Follow', follow",
  })
  void wordThatMeansNothingIsRefusedWithThoseThatDo(String path, String word, String known)
      throws Exception {
    assertRefused(server.get(ServedHome.WORKSPACE + path), word, known);
  }

  @Test
  void timeThatEndsBeforeItBeginsIsRefused() throws Exception {
    String query = "?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z";
    assertRefused(server.get("/ebb/v1/ledger" + query), "'from' (2026-02-01", "is after 'to'");
  }

  @Test
  void cleaningThatIsNeitherDryNorNotRemovesNothing() throws Exception {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("train.sh"), "echo trained\n");
    Snapshot snapshot = Snapshot.of(source, Bounds.DEFAULT);
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    snapshot.writeTo(sent);
    String code = ServedHome.WORKSPACE + "/code/" + snapshot.hash();
    assertThat(server.put(code, sent.toByteArray()).status()).isEqualTo(201);
    String would = "/ebb/v1/gc?olderThan=PT0S&dry=";
    JsonNode before = AzureDoor.json(server.send("POST", would + "true", ""));
    assertThat(before.path("code").asInt()).as("what could be removed: %s", before).isEqualTo(1);
    assertRefused(server.send("POST", would + "1", ""), "'1' is no value for dry");
    assertThat(AzureDoor.json(server.send("POST", would + "true", ""))).isEqualTo(before);
    assertThat(server.send("HEAD", code, "").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"$top=0", "$top=-1", "$top=all", "count=0", "count=x", "offset=-1", "offset=x"})
  void numberOfAzuresListThatIsNoneIsRefused(String number) throws Exception {
    String name = number.replaceFirst("=.*", "");
    Answer answer = azure.send("GET", LAB + "/data/flowers/versions" + VERSION + "&" + number, "");
    assertRefused(answer, "is no value for " + name, "or more");
    if (!name.equals("offset")) {
      String code = "/codes/" + "0".repeat(64) + "/versions";
      for (String list : List.of("/computes", "/datastores", "/models", "/jobs", code)) {
        assertRefused(azure.send("GET", LAB + list + VERSION + "&" + number, ""), name);
      }
      String others = LAB + "/jobs" + VERSION + "&jobType=Sweep&" + number;
      assertRefused(azure.send("GET", others, ""), name);
      for (String list : List.of("/locations", EASTUS + "/usages", EASTUS + "/vmSizes")) {
        assertRefused(server.get(SUBSCRIPTION + list + VERSION + "&" + number), name);
      }
    }
  }

  @Test
  void listsOfALocationAndOfLocationsHaveSoManyRowsAsWereAskedFor() throws Exception {
    for (String list : List.of("/locations", EASTUS + "/usages", EASTUS + "/vmSizes")) {
      String path = SUBSCRIPTION + list + VERSION;
      assertThat(page(path).path("value").size()).as(list).isGreaterThan(1);
      JsonNode one = page(path + "&$top=1");
      assertThat(one.path("value")).as(list).hasSize(1);
      assertThat(one.has("nextLink")).as(list).isFalse();
    }
    JsonNode first = page(SUBSCRIPTION + "/locations" + VERSION + "&count=1");
    assertThat(first.path("value")).hasSize(1);
    URI next = URI.create(first.path("nextLink").asString());
    assertThat(page(next.getRawPath() + "?" + next.getRawQuery()).path("value").get(0))
        .isNotEqualTo(first.path("value").get(0));
  }

  /// Without Azure's specification, which has no lists of a subscription.
  private static JsonNode page(String path) throws Exception {
    Answer answer = server.get(path);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return AzureDoor.json(answer);
  }

  @Test
  void storesAreTheDefaultOneOrAll() throws Exception {
    String stores = LAB + "/datastores" + VERSION + "&isDefault=";
    assertRefused(azure.send("GET", stores + "yes", ""), "'yes'", "true or false");
    assertThat(azure.get(stores + "true").path("value")).hasSize(1);
    assertThat(azure.get(stores + "False").path("value").size()).isGreaterThan(1);
  }

  private static List<List<String>> pages(String query) throws Exception {
    List<List<String>> pages = new ArrayList<>();
    JsonNode page = azure.get(LAB + "/data/flowers/versions" + VERSION + query);
    pages.add(page.path("value").findValuesAsString("name"));
    while (page.has("nextLink")) {
      page = azure.next(page);
      pages.add(page.path("value").findValuesAsString("name"));
    }
    return pages;
  }

  @Test
  void soManyVersionsAreListedAsWereAskedForInPagesOfTheSizeThatWasAskedFor() throws Exception {
    assertThat(pages("")).containsExactly(List.of("5", "4", "3", "2", "1"));
    assertThat(pages("&$top=1")).containsExactly(List.of("5"));
    assertThat(pages("&$top=3&count=2")).containsExactly(List.of("5", "4"), List.of("3"));
    assertThat(pages("&count=2"))
        .containsExactly(List.of("5", "4"), List.of("3", "2"), List.of("1"));
    assertThat(pages("&offset=3")).containsExactly(List.of("2", "1"));
    assertThat(pages("&offset=1&count=3")).containsExactly(List.of("4", "3", "2"), List.of("1"));
    assertThat(pages("&offset=9")).containsExactly(List.of());
  }

  @Test
  void nodesOfAClusterGoOnWhereThePageBeforeSaysSo() throws Exception {
    String nodes = LAB + "/computes/cpu/listNodes" + VERSION;
    assertRefused(azure.send("POST", nodes + "&$skip=here", ""), "'here'", "$skip");
    server.put(
        ServedHome.job("both"), "{\"cluster\":\"cpu\",\"nodes\":2,\"command\":\"sleep 600\"}");
    server.awaitJob("both", "running");
    JsonNode all = AzureDoor.json(azure.send("POST", nodes, ""));
    assertThat(all.path("nodes")).hasSize(2);
    assertThat(all.has("nextLink")).isFalse();
    JsonNode first = AzureDoor.json(azure.send("POST", nodes + "&count=1", ""));
    URI next = URI.create(first.path("nextLink").asString());
    Answer second = server.get(next.getRawPath() + "?" + next.getRawQuery());
    assertThat(second.status()).as(second.body()).isEqualTo(200);
    assertThat(first.path("nodes").get(0)).isEqualTo(all.path("nodes").get(0));
    assertThat(AzureDoor.json(second).path("nodes")).containsExactly(all.path("nodes").get(1));
    assertThat(AzureDoor.json(second).has("nextLink")).isFalse();
    server.send("POST", ServedHome.job("both") + "/cancel", "");
    server.awaitJob("both", "ended");
  }
}
