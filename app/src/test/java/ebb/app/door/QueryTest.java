package ebb.app.door;

import static ebb.app.door.AzureDoor.LAB;
import static ebb.app.door.AzureDoor.VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
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
    Answer answer = server.send("POST", "/ebb/v1/gc?olderThan=PT0S&dry=1", "");
    assertRefused(answer, "'1' is no value for dry");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"$top=0", "$top=-1", "$top=all", "count=0", "count=x", "offset=-1", "offset=x"})
  void numberOfAzuresListThatIsNoneIsRefused(String number) throws Exception {
    String name = number.replaceFirst("=.*", "");
    Answer answer = azure.send("GET", LAB + "/data/flowers/versions" + VERSION + "&" + number, "");
    assertRefused(answer, "is no value for " + name, "or more");
    if (!name.equals("offset")) {
      for (String list : List.of("/computes", "/datastores", "/models")) {
        assertRefused(azure.send("GET", LAB + list + VERSION + "&" + number, ""), name);
      }
    }
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
    assertThat(azure.send("POST", nodes, "").status()).isEqualTo(200);
  }
}
