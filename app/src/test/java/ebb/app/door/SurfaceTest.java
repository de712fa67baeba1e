package ebb.app.door;

import static ebb.app.door.ServedHome.CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is asked and answered: workspaces, clusters, jobs, logs, reasons, money.
class SurfaceTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    server.cluster(2);
  }

  private static List<String> names(Answer page) {
    List<String> names = new ArrayList<>();
    Matcher matcher = Pattern.compile("\"name\":\"([^\"]*)\"").matcher(page.body());
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /// All names of a list that is read in pages of two.
  private static List<String> paged(String path) throws Exception {
    List<String> names = new ArrayList<>();
    String after = "";
    do {
      Answer page = server.get(path + "?limit=2" + (after.isEmpty() ? "" : "&after=" + after));
      assertThat(names(page)).hasSizeLessThanOrEqualTo(2);
      names.addAll(names(page));
      after = page.text("next");
    } while (!after.isEmpty());
    return names;
  }

  @Test
  void answerThatSomethingCannotBeKeptNamesNoPathOfTheServer() throws Exception {
    Files.createDirectories(server.home().resolve("datastores.json/in-the-way"));

    Path flowers = Files.createDirectories(folder.resolve("flowers"));

    Answer answer =
        server.put(
            "/ebb/v1/datastores/flowers",
            "{\"path\":\"%s\",\"mode\":\"ro\",\"workspaces\":[\"sub/team/lab\"]}"
                .formatted(flowers));

    assertThat(answer.status()).as(answer.body()).isEqualTo(503);
    assertThat(answer.body()).contains("StorageUnavailable", "log").doesNotContain("" + folder);
    assertThat(server.log()).contains("datastores.json");
    Files.delete(server.home().resolve("datastores.json/in-the-way"));
    Files.delete(server.home().resolve("datastores.json"));
  }

  private static String workspace(String name) throws Exception {
    String path = "/ebb/v1/workspaces/sub/team/" + name;
    assertThat(server.put(path, "{\"location\":\"westus\"}").status()).isEqualTo(201);
    return path;
  }

  private static Answer putCluster(String path) throws Exception {
    return server.put(path, "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":0}");
  }

  @Test
  void clusterIsPutLookedAtListedInPagesAndDeleted() throws Exception {
    String path = workspace("lists") + "/clusters";
    for (String name : List.of("one", "two", "three", "four", "five")) {
      assertThat(putCluster(path + "/" + name).status()).isEqualTo(201);
    }
    assertThat(putCluster(path + "/one").status()).as("the same again").isEqualTo(200);
    assertThat(server.get(path + "/one").body()).contains("\"location\":\"westus\"", "\"max\":1");
    assertThat(paged(path)).containsExactly("five", "four", "one", "three", "two");
    String more = "{\"size\":\"Standard_D2s_v3\",\"max\":2,\"idle\":0}";
    assertThat(server.put(path + "/one", more).status()).as("changed").isEqualTo(200);
    Answer resized = server.send("PATCH", path + "/one", "{\"size\":\"Standard_NC6\"}");
    assertThat(resized.text("message"))
        .contains("size of a cluster never changes", "make another cluster", "Standard_NC6");
    for (String none : List.of("{}", "[1]", "7")) {
      Answer refused = server.send("PATCH", path + "/one", "{\"size\":" + none + "}");
      assertThat(refused.status()).as(refused.body()).isEqualTo(400);
      assertThat(refused.text("message")).contains("with the size '" + none + "'");
    }
    assertThat(server.send("PATCH", path + "/one", "{\"size\":null,\"max\":3}").body())
        .contains("\"max\":3");
    assertThat(server.send("DELETE", path + "/one", "").status()).isEqualTo(202);
    ServedHome.until("the cluster is gone", () -> status(path + "/one") == 404);
  }

  @Test
  void lockIsMadeOnceAndChangesItsLevelAfterwards() throws Exception {
    workspace("locks");
    String lock = "/ebb/v1/locks/stays?subscription=sub&group=team&workspace=locks";
    assertThat(server.put(lock, "{\"level\":\"cannot delete\"}").status()).isEqualTo(201);
    assertThat(server.put(lock, "{\"level\":\"cannot delete\"}").status()).isEqualTo(200);
    Answer changed = server.put(lock, "{\"level\":\"read only\"}");
    assertThat(changed.status()).as(changed.body()).isEqualTo(200);
    assertThat(server.get("/ebb/v1/locks").body())
        .contains("{\"name\":\"stays\",\"scope\":", "\"level\":\"read only\"");
    assertThat(server.send("DELETE", lock, "").status()).isEqualTo(204);
  }

  private static int status(String path) {
    try {
      return server.get(path).status();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void jobsAreListedInPagesNewestFirst() throws Exception {
    String path = workspace("pages");
    putCluster(path + "/clusters/cpu");
    for (int i = 0; i < 5; i++) {
      String body = "{\"cluster\":\"cpu\",\"command\":[\"true\"]}";
      assertThat(server.put(path + "/jobs/job-" + i, body).status()).isEqualTo(201);
    }
    assertThat(paged(path + "/jobs")).containsExactly("job-4", "job-3", "job-2", "job-1", "job-0");
  }

  @Test
  void jobsEndIsToldByItsExitCode() throws Exception {
    server.submit("good", "true");
    server.submit("bad", "exit 3");
    assertThat(server.awaitJob("good", "ended").text("cause")).isEqualTo("succeeded");
    assertThat(server.awaitJob("bad", "ended").body())
        .contains("\"cause\":\"failed\"", "\"code\":3");
  }

  @Test
  void clusterGrowsForAJobAndShrinksToNothing() throws Exception {
    String path = workspace("grows") + "/clusters/cpu";
    putCluster(path);
    assertThat(server.get(path).body()).contains("\"existing\":0");
    Path sign = folder.resolve("grown");
    server.put(
        "/ebb/v1/workspaces/sub/team/grows/jobs/job",
        "{\"cluster\":\"cpu\",\"command\":\"until [ -e %s ]; do sleep 0.05; done\"}"
            .formatted(sign));
    ServedHome.until("a node runs the job", () -> contains(path, "\"running\":1"));
    Files.createFile(sign);
    ServedHome.until("no node is left", () -> contains(path, "\"existing\":0"));
  }

  private static boolean contains(String path, String text) {
    try {
      return server.get(path).body().contains(text);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void samePutTwiceIsOneJobAndAnotherContentIsRefused() throws Exception {
    Answer first = server.submit("twice", "true");
    Answer second = server.submit("Twice", "true");
    assertThat(first.status()).isEqualTo(201);
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.text("id")).isEqualTo(first.text("id"));
    Answer other = server.submit("twice", "false");
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.text("message")).contains("choose another name");
  }

  /// What left memory is history's to answer: the name is as taken as before.
  @Test
  void finishedJobThatLeftMemoryIsAnsweredFromHistoryAndNeverRunsAgain() throws Exception {
    Path runs = Files.createDirectory(folder.resolve("runs"));
    Files.setPosixFilePermissions(
        runs, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
    String path = workspace("history");
    // What a job in a sandbox leaves elsewhere is gone with it.
    server.put(
        path + "/clusters/cpu",
        "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":1,\"isolation\":\"none\"}");
    String body = "{\"cluster\":\"cpu\",\"command\":\"mktemp %s/run.XXXXXX\"}".formatted(runs);
    Answer first = server.put(path + "/jobs/once", body);
    ServedHome.until("the job ended", () -> contains(path + "/jobs/once", "\"succeeded\""));
    ServedHome.until(
        "the job left memory",
        () -> contains("/metrics", "ebb_jobs_in_memory{workspace=\"history\"} 0\n"));
    Answer again = server.put(path + "/jobs/ONCE", body);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.text("id")).isEqualTo(first.text("id"));
    assertThat(again.text("phase")).isEqualTo("ended");
    Answer other = server.put(path + "/jobs/once", "{\"cluster\":\"cpu\",\"command\":\"true\"}");
    assertThat(other.text("code")).isEqualTo("NameAlreadyUsed");
    assertThat(server.get(path + "/jobs").body()).contains("\"once\"");
    assertThat(server.get(path + "/jobs/once/logs").body()).contains("run.");
    assertThat(server.send("POST", path + "/jobs/once/cancel", "").text("code"))
        .isEqualTo("JobAlreadyEnded");
    try (var files = Files.list(runs)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void pathsAreComparedWithoutCase() throws Exception {
    assertThat(server.get(CLUSTER.toUpperCase(Locale.ROOT)).body())
        .contains("\"id\":\"" + server.get(CLUSTER).text("id") + "\"", "\"name\":\"cpu\"");
  }

  @Test
  void refusedRequestNamesLimitUseAndRemedyAndChangesNothing() throws Exception {
    String path = workspace("limits");
    String before = server.get(path + "/clusters").body();
    Answer refused =
        server.put(
            path + "/clusters/big",
            "{\"size\":\"Standard_D2s_v3\",\"priority\":\"low\",\"max\":101}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("message"))
        .contains("101", "allowed is 1 to 100", "65000", "internodeCommunication false");
    assertThat(server.get(path + "/clusters").body()).isEqualTo(before);

    putCluster(path + "/clusters/cpu");
    Answer gang =
        server.put(path + "/jobs/gang", "{\"cluster\":\"cpu\",\"nodes\":3,\"command\":\"true\"}");
    assertThat(gang.body())
        .contains("asks for 3 nodes", "may have 1", "ask for fewer, or raise the maximum")
        .contains("\"limit\":1", "\"asked\":3");
    assertThat(names(server.get(path + "/jobs"))).isEmpty();
    assertThat(server.get(path + "/jobs/gang").status()).isEqualTo(404);
  }

  private static final String LOCK = "{\"level\":\"cannot delete\"}";

  @Test
  void whyOfAWaitingJobIsTheQuotaWithItsHolders() throws Exception {
    String path = "/ebb/v1/workspaces/other/team/quota";
    server.put(path, "{\"location\":\"northeurope\"}");
    server.put(
        "/ebb/v1/quotas",
        "{\"kind\":\"regional"
            + " total\",\"subscription\":\"other\",\"location\":\"northeurope\",\"limit\":2}");
    server.put(path + "/clusters/cpu", "{\"size\":\"Standard_D2s_v3\",\"max\":2,\"idle\":0}");
    server.put(path + "/jobs/holds", "{\"cluster\":\"cpu\",\"command\":\"sleep 600\"}");
    server.put(path + "/jobs/waits", "{\"cluster\":\"cpu\",\"command\":\"true\"}");
    Answer why = server.get(path + "/jobs/waits/why");
    assertThat(why.text("code")).isEqualTo("QuotaExceeded");
    assertThat(why.body())
        .contains("\"limit\":2", "\"used\":2", "\"asked\":2", "\"name\":\"quota/cpu\"")
        .contains("raise the limit", "\"place\":1", "The job is number 1 in the queue.");
    server.put("/ebb/v1/locks/keep?subscription=other&group=team&workspace=quota", LOCK);
    assertThat(server.get(path + "/jobs/waits/why").body())
        .contains("ScopeLocked", "\"place\":1", "The job is number 1 in the queue.")
        .contains("'ebb lock delete -n keep -w quota -g team --subscription other' removes it");
    assertThat(server.get(path + "/clusters/cpu/why").body())
        .contains("ScopeLocked")
        .doesNotContain("\"place\"");
    server.send("DELETE", "/ebb/v1/locks/keep?subscription=other&group=team&workspace=quota", "");
    String spelled =
        "{\"kind\":\"Regional_Total\",\"subscription\":\"OTHER\",\"location\":\"North Europe\",\"limit\":3}";
    for (String when : List.of("changed", "the same again")) {
      assertThat(server.put("/ebb/v1/quotas", spelled).body())
          .as(when)
          .isEqualTo(
              "{\"kind\":\"regional total\",\"subscription\":\"other\",\"location\":\"northeurope\",\"family\":\"\",\"limit\":3,\"used\":2}");
    }
    assertThat(server.send("POST", path + "/jobs/holds/cancel", "").status()).isEqualTo(202);
    ServedHome.until("the next one ran", () -> contains(path + "/jobs/waits", "\"succeeded\""));
    assertThat(server.get(path + "/jobs/holds").text("cause")).isEqualTo("canceled");
  }

  @Test
  void lockKeepsAClusterUntilItIsDeleted() throws Exception {
    String path = workspace("locked") + "/clusters/cpu";
    putCluster(path);
    String lock = "/ebb/v1/locks/keep?subscription=sub&group=team&workspace=locked&cluster=cpu";
    Answer typo = server.put(lock.replace("cluster=cpu", "cluster=no-such"), LOCK);
    assertThat(typo.status()).isEqualTo(404);
    assertThat(typo.text("code")).isEqualTo("ResourceNotFound");
    Answer nowhere = server.put(lock.replace("workspace=locked", "workspace=no-such"), LOCK);
    assertThat(nowhere.text("code")).isEqualTo("ParentResourceNotFound");
    assertThat(nowhere.text("message")).contains("no workspace 'no-such'");
    assertThat(server.put(lock, LOCK).status()).isEqualTo(201);
    Answer refused = server.send("DELETE", path, "");
    assertThat(refused.text("code")).isEqualTo("ScopeLocked");
    assertThat(refused.text("message"))
        .contains("'ebb lock delete -n keep --cluster cpu -w locked -g team --subscription sub'");
    assertThat(server.get(path).text("state")).isEqualTo("ready");
    server.send("DELETE", lock, "");
    assertThat(server.send("DELETE", path, "").status()).isEqualTo(202);
  }

  @Test
  void bodyThatIsTooLargeIsRefused() throws Exception {
    Answer answer = server.submit("large", "x".repeat(1 << 20));
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.text("message")).contains("1048576 bytes");
  }

  @Test
  void unfitBodyIsToldWhatIsWrongInPlainWords() throws Exception {
    assertUnfit("{\"cluster\":\"cpu\",\"cmd\":\"x\"}", "There is no field 'cmd'");
    assertUnfit("{\"cluster\":\"cpu\"}", "The field 'command' is missing");
    assertUnfit("{\"cluster\":\"cpu\",\"command\":5}", "'command' must be a list of texts");
    assertUnfit(
        "{\"cluster\":\"cpu\",\"command\":\"x\",\"nodes\":\"2\"}",
        "'nodes' must be a whole number");
    assertUnfit(
        "{\"cluster\":\"cpu\",\"command\":\"x\",\"nodes\":1.9}", "'nodes' must be a whole number");
    for (String none : List.of("0", "\"PT0S\"", "\"PT0.0001S\"")) {
      assertUnfit(
          "{\"cluster\":\"cpu\",\"command\":\"x\",\"limit\":%s}".formatted(none),
          "The field 'limit' leaves the job no time: name a second or more");
    }
    assertUnfit(
        "{\"cluster\":\"cpu\",\"command\":\"x\",\"limit\":\"-PT2M\"}",
        "'-PT2M' is no value for limit: allowed are ISO 8601 durations such as \\\"PT2M\\\", or"
            + " seconds, 0 or more.");
    assertUnfit(
        "{\"cluster\":\"cpu\",\"command\":\"x\",\"environment\":{\"A\":null}}",
        "The variable 'A' has no value");
    assertUnfit(
        "{\"cluster\":\"cpu\",\"command\":\"x\",\"environment\":{\"A-B\":\"\"}}",
        "'A-B' is no name of a variable");
    assertUnfit(
        "{\"cluster\":\"cpu\",\"command\":\"x\",\"outputs\":{\"o\":null}}",
        "The field 'outputs.o' is missing");
    assertUnfit("{\"cluster\":\"cpu\",\"cluster\":\"two\",\"command\":\"x\"}", "");
    assertUnfit("{\"cluster\":", "The body is no JSON");
    assertUnfit("[]", "must be a JSON object");
    assertUnfit("", "no body");
    assertUnfit("null", "null");
    assertThat(server.get(ServedHome.job("unfit")).status()).isEqualTo(404);
  }

  @Test
  void rowThatIsNoneAndFolderThatIsNoPathAreRefused() throws Exception {
    Answer prices = server.put("/ebb/v1/prices", "{\"prices\":[null]}");
    assertThat(prices.status()).as(prices.body()).isEqualTo(400);
    assertThat(prices.text("message")).contains("'prices[0]' is missing");
    String nul = "{\"folder\":\"a\\u0000\",\"environments\":\"b\"}";
    String job = workspace("unfit") + "/jobs/a";
    assertThat(server.put(job, "{\"cluster\":\"local\",\"command\":\"true\"}").status())
        .isEqualTo(201);
    Answer local = server.send("POST", job + "/local", nul);
    assertThat(local.status()).as(local.body()).isEqualTo(400);
    assertThat(local.text("message")).contains("The field 'folder' is no path");
  }

  private static void assertUnfit(String body, String message) throws Exception {
    Answer answer = server.put(ServedHome.job("unfit"), body);
    assertThat(answer.status()).as(body).isEqualTo(400);
    assertThat(answer.body())
        .contains(message)
        .doesNotContain("tools.jackson", "java.lang", "Source");
  }

  @Test
  void unknownPathIs404AndWrongMethodIs405() throws Exception {
    assertThat(server.get("/ebb/v2").status()).isEqualTo(404);
    Answer wrong = server.send("DELETE", "/metrics", "");
    assertThat(wrong.status()).isEqualTo(405);
    assertThat(wrong.headers().firstValue("Allow")).contains("GET");
  }

  @Test
  void nodeAndJobSayThatTheyAreVirtualWhileItRunsAndAfterwardsAndSoDoesTheBill() throws Exception {
    String path = workspace("virtual");
    // No machine of these tests has a GPU.
    server.put(path + "/clusters/gpu", "{\"size\":\"Standard_NC6\",\"max\":1,\"idle\":0}");
    String sign = folder.resolve("virtual-may-end").toString();
    String wait = "until [ -e %s ]; do sleep 0.05; done".formatted(sign);
    server.put(path + "/jobs/a", "{\"cluster\":\"gpu\",\"command\":\"%s\"}".formatted(wait));
    ServedHome.until("it runs", () -> contains(path + "/jobs/a", "\"phase\":\"running\""));
    assertThat(server.get(path + "/jobs/a").body()).contains("\"virtual\":true");
    assertThat(server.get("/ebb/v1/nodes").body())
        .containsPattern("workspaces/virtual\",\"cluster\":\"gpu\",[^}]*\"virtual\":true");
    assertThat(new Typed(folder, server.home()).ebb("nodes").out())
        .containsPattern("(?m) gpu +running .* virtual ");
    assertThat(server.get("/ebb/v1/server").body())
        .as("a person's own server is told nothing of virtual nodes, and has them")
        .contains("\"virtualNodes\":true");
    // What it has cost is in the bill before its run has ended, and virtual there too.
    ServedHome.until(
        "it is metered", () -> contains(path + "/ledger?by=account", "\"virtual\":\"PT"));
    for (String by : List.of("job", "cluster", "account")) {
      assertThat(server.get(path + "/ledger?by=" + by).body())
          .contains("\"ran\":\"PT", "\"virtual\":\"PT");
    }
    assertThat(server.get(path + "/ledger?by=segment").body())
        .contains("{\"sequence\":", "{\"node\":");
    assertThat(server.get(path + "/ledger?by=segment&limit=1").body()).doesNotContain("{\"node\":");
    Files.createFile(Path.of(sign));
    ServedHome.until(
        "history says so too",
        () ->
            contains(path + "/jobs/a", "\"phase\":\"ended\"")
                && contains(path + "/jobs/a", "\"virtual\":true"));
    for (String by : List.of("job", "cluster", "account")) {
      assertThat(server.get(path + "/ledger?by=" + by).body()).contains("\"virtual\":\"PT");
    }
  }

  @Test
  void logsFollowARunningJobToItsEnd() throws Exception {
    Path sign = folder.resolve("followed");
    server.submit(
        "talks", "echo first; until [ -e %s ]; do sleep 0.05; done; echo last".formatted(sign));
    ServedHome.until(
        "the first line is there", () -> contains(ServedHome.job("talks") + "/logs", "first"));
    Thread goOn =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Files.createFile(sign);
              } catch (java.io.IOException failure) {
                throw new java.io.UncheckedIOException(failure);
              }
            });
    assertThat(server.get(ServedHome.job("talks") + "/logs?follow=true").body())
        .isEqualTo("first\nlast\n");
    goOn.join();
  }

  @Test
  void logsOfAJobThatHasNotStartedAreWaitedFor() throws Exception {
    String path = workspace("patient");
    putCluster(path + "/clusters/cpu");
    Path sign = folder.resolve("patience");
    server.put(
        path + "/jobs/first",
        "{\"cluster\":\"cpu\",\"command\":\"until [ -e %s ]; do sleep 0.05; done\"}"
            .formatted(sign));
    server.put(path + "/jobs/second", "{\"cluster\":\"cpu\",\"command\":\"echo my turn\"}");
    assertThat(server.get(path + "/jobs/second/logs").text("message")).contains("follow=true");
    Thread later = Thread.ofVirtual().start(() -> createLater(sign));
    assertThat(server.get(path + "/jobs/second/logs?follow=true").body()).isEqualTo("my turn\n");
    later.join();
  }

  private static void createLater(Path file) {
    try {
      Thread.sleep(200);
      Files.createFile(file);
    } catch (InterruptedException | java.io.IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void ledgersRowsAddUpToItsTotal() throws Exception {
    server.submit("paid", "sleep 0.2");
    server.awaitJob("paid", "ended");
    for (String by : List.of("job", "cluster", "account")) {
      Answer ledger = server.get("/ebb/v1/ledger?by=" + by);
      assertThat(ledger.status()).isEqualTo(200);
      List<java.math.BigDecimal> amounts = new ArrayList<>();
      Matcher matcher = Pattern.compile("\"list\":\"([0-9.]+)\"").matcher(ledger.body());
      while (matcher.find()) {
        amounts.add(new java.math.BigDecimal(matcher.group(1)));
      }
      java.math.BigDecimal total = amounts.removeFirst();
      assertThat(amounts).isNotEmpty();
      assertThat(amounts.stream().reduce(java.math.BigDecimal.ZERO, java.math.BigDecimal::add))
          .isEqualByComparingTo(total);
    }
    assertThat(server.get(CLUSTER + "/ledger?by=segment").body())
        .contains("\"kind\":\"boot\"", "\"listRate\":\"0.096000\"")
        .doesNotContain("internalRate");
    assertThat(server.get("/ebb/v1/ledger?by=moon").status()).isEqualTo(400);
    assertThat(server.get("/ebb/v1/ledger?from=yesterday").status()).isEqualTo(400);
  }

  @Test
  void requestsThatAreRefusedAreCountedByTheirCode() throws Exception {
    Answer unreadable = server.put(ServedHome.job("unread"), "{ no JSON");
    assertThat(unreadable.status()).isEqualTo(400);
    String code = unreadable.text("code");
    long before = refused(code);

    server.put(ServedHome.job("unread"), "{ no JSON");
    server.send("GET", "/metrics", "", "Bearer " + "0".repeat(43));
    server.get(ServedHome.WORKSPACE + "/no/" + code);

    assertThat(refused(code)).isEqualTo(before + 1);
    assertThat(refused("AuthenticationFailed")).isPositive();
    assertThat(refused("PathNotFound")).isPositive();

    server.get("/store/sub/team/lab/ebb/workspaceblobstore/LocalUpload/never/sent");
    assertThat(refused("BlobNotFound")).isPositive();
    server.send("POST", "/adfs/oauth2/token", "grant_type=password", "");
    assertThat(refused("unsupported_grant_type")).isPositive();

    before = refused("BadRequest");
    assertThat(server.rawStatus("GET", "/ebb/v1/%zz", "Host: localhost")).isEqualTo(400);
    assertThat(refused("BadRequest")).isEqualTo(before + 1);
  }

  private static long refused(String code) throws Exception {
    String sample = "ebb_refused_total{code=\"" + code + "\"} ";
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(sample))
        .mapToLong(line -> Long.parseLong(line.substring(sample.length())))
        .sum();
  }

  @Test
  void metricsAreTextThatPrometheusReads() throws Exception {
    Answer answer = server.get("/metrics");
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    List<String> families = new ArrayList<>();
    for (String line : answer.body().split("\n")) {
      if (line.startsWith("# TYPE ")) {
        assertThat(line).matches("# TYPE ebb_[a-z_]+ (counter|gauge|histogram)");
        families.add(line.split(" ")[2]);
      } else if (!line.startsWith("# HELP ")) {
        assertThat(line).matches("ebb_[a-z_]+(\\{([a-z]+=\"[^\"]*\",?)+})? -?[0-9.]+");
        assertThat(line.split("[ {]")[0].replaceFirst("_(bucket|sum|count)$", ""))
            .isEqualTo(families.getLast());
      }
    }
    assertThat(families).doesNotHaveDuplicates().contains("ebb_serving", "ebb_nodes", "ebb_jobs");
    assertThat(answer.body()).endsWith("\n");
  }

  @Test
  void metricsSayHowLongAppendsTakeWhatBatchesHoldWhatWasSpentAndWhatWasLost() throws Exception {
    String text = server.get("/metrics").body();
    for (String name : List.of("ebb_journal_append_seconds", "ebb_batch_events")) {
      List<Long> upTo =
          text.lines()
              .filter(line -> line.startsWith(name + "_bucket"))
              .map(line -> Long.parseLong(line.split(" ")[1]))
              .toList();
      assertThat(upTo).isSorted().hasSizeGreaterThan(5);
      assertThat(upTo.getLast()).isPositive();
      assertThat(text).contains(name + "_count " + upTo.getLast() + "\n", "{le=\"+Inf\"}");
    }
    assertThat(text).contains("ebb_journal_append_seconds_bucket{le=\"0.0005\"}");
    assertThat(text).contains("ebb_nodes_preempted_total 0\n", "ebb_nodes_unusable_total 0\n");
    String own = "/ebb/v1/workspaces/sub/team/metered";
    server.put(own, "{\"location\":\"eastus\"}");
    server.put(own + "/clusters/one", "{\"size\":\"Standard_D2s_v3\",\"min\":1,\"max\":1}");
    // A node boots in less than what is shown of money: it must work for some.
    server.put(own + "/jobs/works", "{\"cluster\":\"one\",\"command\":\"sleep 0.5\"}");
    String spent =
        "ebb_spent{cluster=\"one\",currency=\"USD\",price=\"list\",workspace=\"metered\"} ";
    ServedHome.until(
        "what the cluster's first node came to is shown",
        () -> contains("/metrics", spent) && !contains("/metrics", spent + "0\n"));
    assertThat(server.get("/metrics").body())
        .contains("ebb_nodes_lost{cause=\"unusable\",cluster=\"one\",workspace=\"metered\"} 0\n");
    server.send("DELETE", own + "/clusters/one", "");
    ServedHome.until("the cluster is gone with its node", () -> !contains("/metrics", spent));
  }
}
