package ebb.app.door;

import static ebb.app.door.AzureDoor.LAB;
import static ebb.app.door.AzureDoor.VERSION;
import static ebb.app.door.AzureDoor.on;
import static ebb.app.door.ServedHome.until;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Jobs at Azure's paths that are deleted and chosen from lists. Each answer is held against the
/// specification.
class ArmJobsTest {
  private static final String OWN = "/ebb/v1/workspaces/sub/team/lab/jobs/";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static AzureDoor azure;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    azure = new AzureDoor(server);
    azure.send("PUT", LAB, "{\"location\":\"eastus\"}");
    azure.put("cpu");
  }

  private static Answer delete(String job) throws Exception {
    return azure.send("DELETE", LAB + "/jobs/" + job, "");
  }

  private static List<String> names(JsonNode page) {
    List<String> names = new ArrayList<>();
    page.path("value").forEach(each -> names.add(each.path("name").asString()));
    return names;
  }

  /// All pages of a list.
  private static List<String> listed(String query) throws Exception {
    JsonNode page = azure.get(LAB + "/jobs" + VERSION + query);
    List<String> names = names(page);
    while (page.has("nextLink")) {
      page = azure.next(page);
      names.addAll(names(page));
    }
    return names;
  }

  private static String ledger() throws Exception {
    return server.get("/ebb/v1/ledger?by=job").body();
  }

  private static Path filesOf(String id) throws Exception {
    return server.home().resolve("jobs").toRealPath().resolve(id);
  }

  private static String id(String job) throws Exception {
    return server.get(OWN + job).text("id");
  }

  private static void checkDeleted(String job, String id, String command) throws Exception {
    assertThat(azure.send("GET", LAB + "/jobs/" + job, "").status()).isEqualTo(404);
    assertThat(server.get(OWN + job).status()).isEqualTo(404);
    assertThat(server.get(OWN + job + "/logs").status()).isEqualTo(404);
    assertThat(server.get(OWN + job + "/files/outputs/f").status()).isEqualTo(404);
    assertThat(listed("")).doesNotContain(job);
    assertThat(server.get(OWN.replaceFirst("/$", "")).body()).doesNotContain("\"" + job + "\"");
    Answer again = azure.submit(job, command, on("cpu"));
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.body()).contains("was deleted", "NameAlreadyUsed");
    assertThat(delete(job).status()).isEqualTo(204);
    assertThat(ledger()).as("the bill keeps its line").contains("\"of\":\"" + id + "\"");
  }

  @Test
  void jobIsDeletedWithItsFilesAndItsNameIsNeverUsedAgain() throws Exception {
    String command = "echo kept > outputs/f; echo said";
    azure.submit("young", command, on("cpu"));
    azure.submit("old", command, on("cpu"));
    azure.submit("runs", "sleep 1000", on("cpu"));
    until("it is done", () -> azure.status("young").equals("Completed"));
    until("it left memory", () -> azure.isPast("old"));
    String young = id("young");
    String old = id("old");
    assertThat(filesOf(old)).exists();

    until("it runs", () -> azure.status("runs").equals("Running"));
    Answer early = delete("runs");
    assertThat(early.status()).isEqualTo(409);
    assertThat(early.body()).contains("JobNotEnded", "cancel it");
    assertThat(azure.status("runs")).isEqualTo("Running");

    assertThat(delete("young").status()).isEqualTo(200);
    checkDeleted("young", young, command);
    assertThat(delete("old").status()).isEqualTo(200);
    checkDeleted("old", old, command);
    assertThat(filesOf(young)).doesNotExist();
    assertThat(filesOf(old)).doesNotExist();
    server.kill();
    server.start();
    checkDeleted("young", young, command);
    checkDeleted("old", old, command);
    azure.await(azure.send("POST", LAB + "/jobs/runs/cancel", ""));
    assertThat(server.send("DELETE", OWN + "runs", "").status()).isEqualTo(204);
    assertThat(server.send("DELETE", OWN + "runs", "").status()).isEqualTo(404);
    assertThat(delete("never").status()).isEqualTo(204);
    String nowhere = LAB.replace("/lab", "/nowhere") + "/jobs/never";
    assertThat(azure.send("DELETE", nowhere, "").status()).isEqualTo(404);
  }

  @Test
  @Tag("long")
  void jobThatOnlyHistoryKnowsIsShownNoMoreWhenItsDeletionIsAnswered() throws Exception {
    azure.submit("past", "true", on("cpu"));
    until("it left memory", () -> azure.isPast("past"));
    FutureTask<Answer> deletion = new FutureTask<>(() -> delete("past"));
    try (Connection history =
            DriverManager.getConnection("jdbc:sqlite:" + server.home().resolve("history.db"));
        Statement statement = history.createStatement()) {
      statement.execute("BEGIN IMMEDIATE"); // nobody else can write: history stands still
      Thread.ofVirtual().start(deletion);
      Thread.sleep(700);
      assertThat(deletion.isDone()).as("answered while it is still shown").isFalse();
      statement.execute("ROLLBACK");
    }
    assertThat(deletion.get().status()).isEqualTo(200);
    assertThat(server.get(OWN + "past").status()).isEqualTo(404);
  }

  @Test
  @Tag("long")
  void jobThatIsDeletedAtOnceStaysDeletedWhenItLeavesMemory() throws Exception {
    azure.submit("brief", "true", on("cpu"));
    until("it is done", () -> azure.status("brief").equals("Completed"));
    String id = id("brief");
    delete("brief");
    azure.submit("after", "true", on("cpu"));
    until(
        "one that ended after it left memory",
        () -> {
          boolean past = azure.isPast("after");
          try {
            assertThat(azure.send("GET", LAB + "/jobs/brief", "").status()).isEqualTo(404);
            assertThat(listed("")).doesNotContain("brief");
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
          return past;
        });
    checkDeleted("brief", id, "true");
  }

  @Test
  @Tag("long")
  void whatADeletedJobRanAndWhatWasSaidOfItIsErasedWhenNoOtherJobHasTheSame() throws Exception {
    String command = "true told-to-nobody";
    azure.submit("first-of-two", command, on("cpu"));
    azure.submit("second-of-two", command, on("cpu"));
    until("it is done", () -> azure.status("first-of-two").equals("Completed"));
    until("it left memory", () -> azure.isPast("second-of-two"));
    for (String job : List.of("first-of-two", "second-of-two")) {
      String words = "{\"description\":\"said-to-nobody\"}";
      assertThat(server.send("PATCH", RUNS + job, words).status()).isEqualTo(200);
    }

    delete("first-of-two");
    assertThat(azure.get(LAB + "/jobs/second-of-two").at("/properties/command").asString())
        .isEqualTo(command);
    assertThat(properties("second-of-two").path("description").asString())
        .isEqualTo("said-to-nobody");
    assertThat(isKept("told-to-nobody")).isTrue();
    delete("second-of-two");
    until("it is erased", () -> !isKept("told-to-nobody") && !isKept("said-to-nobody"));
  }

  @Test
  @Tag("long")
  void whatIsNotSaidOfAJobAnyMoreIsErasedWhenNoOtherJobSaysIt() throws Exception {
    azure.submit("chatty-ended", "true", on("cpu"));
    until("it left memory", () -> azure.isPast("chatty-ended"));
    azure.submit("chatty-running", "sleep 1000", on("cpu"));
    describe("chatty-ended", "said-too-much");
    describe("chatty-running", "said-too-much");

    describe("chatty-ended", "said-less");
    assertThat(isKept("said-too-much")).isTrue();
    assertThat(properties("chatty-running").path("description").asString())
        .isEqualTo("said-too-much");
    describe("chatty-running", "said-nothing");

    assertThat(isKept("said-too-much")).isFalse();
    assertThat(properties("chatty-ended").path("description").asString()).isEqualTo("said-less");
    assertThat(properties("chatty-running").path("description").asString())
        .isEqualTo("said-nothing");
    azure.await(azure.send("POST", LAB + "/jobs/chatty-running/cancel", ""));
  }

  private static void describe(String job, String words) throws Exception {
    Answer said = server.send("PATCH", RUNS + job, "{\"description\":\"" + words + "\"}");
    assertThat(said.status()).as(said.body()).isEqualTo(200);
    assertThat(isKept(words)).isTrue();
  }

  @Test
  @Tag("long")
  void whatADeletedJobRanIsErasedByTheSweepIfItCouldNotBeAtOnce() throws Exception {
    azure.submit("late", "true told-late", on("cpu"));
    until("it left memory", () -> azure.isPast("late"));
    try (Connection history =
            DriverManager.getConnection("jdbc:sqlite:" + server.home().resolve("history.db"));
        Statement statement = history.createStatement()) {
      statement.execute("BEGIN IMMEDIATE"); // history does not hear of it
      assertThat(delete("late").status()).isEqualTo(200);
      assertThat(isKept("told-late")).isTrue();
      server.kill();
      statement.execute("ROLLBACK");
    }
    server.start();

    until(
        "it is erased",
        () -> {
          try {
            server.send("POST", "/ebb/v1/gc?dry=false", "");
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
          return !isKept("told-late");
        });
  }

  @Test
  void whatARefusedJobWouldHaveRunIsNotKept() throws Exception {
    Answer refused =
        server.put(OWN + "refused", "{\"cluster\":\"nobodys\",\"command\":\"true told-nobody\"}");
    assertThat(refused.status()).as(refused.body()).isBetween(400, 499);
    assertThat(isKept("told-nobody")).isFalse();
  }

  @Test
  void priceOfMoreDigitsThanAnyHasIsRefusedInAnInstant() throws Exception {
    String price =
        "{\"prices\":[{\"size\":\"Standard_D2s_v3\",\"location\":\"eastus\",\"list\":%s}]}";
    for (String list : List.of("1e500000000", "1e-500000000", "-1", "0.0000001", "1e13")) {
      Answer answer = server.put("/ebb/v1/prices", price.formatted(list));
      assertThat(answer.status()).as(list).isEqualTo(400);
    }
    for (String list : List.of("0e500000000", "0", "1.2500000000")) {
      Answer answer = server.put("/ebb/v1/prices", price.formatted(list));
      assertThat(answer.status()).as(list + answer.body()).isEqualTo(200);
    }
  }

  /// Whether the store of what jobs run has this text, be it in what it no longer uses.
  private static boolean isKept(String text) {
    try {
      for (String ending : List.of("", "-wal")) {
        Path file = server.home().resolve("specifications.db" + ending);
        if (Files.exists(file)
            && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
          return true;
        }
      }
      return false;
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void filesThatASuddenEndLeftOfADeletedJobAreRemovedByTheSweep() throws Exception {
    azure.submit("swept", "true", on("cpu"));
    until("it is done", () -> azure.status("swept").equals("Completed"));
    Path files = filesOf(id("swept"));
    delete("swept");
    Files.createDirectories(files.resolve("attempt-1-rank-0/outputs"));
    server.send("POST", "/ebb/v1/gc?dry=true", "");
    assertThat(files).exists();
    until("history has it", () -> gone(files));
  }

  private static boolean gone(Path files) {
    try {
      server.send("POST", "/ebb/v1/gc", "");
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
    return Files.notExists(files);
  }

  @Test
  void lockOnTheWorkspaceForbidsDeletion() throws Exception {
    azure.submit("locked", "true", on("cpu"));
    until("it is done", () -> azure.status("locked").equals("Completed"));
    String lock = "/ebb/v1/locks/keep?subscription=sub&group=team&workspace=lab";
    server.put(lock, "{\"level\":\"cannot delete\"}");
    try {
      assertThat(delete("locked").body()).contains("ScopeLocked");
      assertThat(azure.status("locked")).isEqualTo("Completed");
    } finally {
      server.send("DELETE", lock, "");
    }
  }

  @Test
  void jobsAreChosenByTagAndPropertyAlsoWhenFewOfManyAre() throws Exception {
    String lab = LAB.replace("/lab", "/many");
    azure.send("PUT", lab, "{\"location\":\"eastus\"}");
    azure.send("PUT", lab + "/computes/cpu", AzureDoor.cluster(""));
    String lock = "/ebb/v1/locks/keep?subscription=sub&group=team&workspace=many";
    server.put(lock, "{\"level\":\"cannot delete\"}"); // all of them wait
    String tagged = ",\"computeId\":\"cpu\",\"tags\":{\"Paper\":\"1\"}";
    String other = ",\"computeId\":\"cpu\",\"properties\":{\"seed\":\"7\",\"kind\":\"x\"}";
    put(lab, "first", tagged);
    put(lab, "second", other);
    Stream.iterate(0, i -> i + 1).limit(1_100).forEach(i -> own("plain" + i));
    put(lab, "last", tagged + ",\"properties\":{\"seed\":\"8\"}");

    assertThat(chosen(lab, "&tag=paper")).containsExactly("last", "first");
    assertThat(chosen(lab, "&tag=paper&properties=seed")).containsExactly("last");
    assertThat(chosen(lab, "&properties=seed,kind%3Dx")).containsExactly("second");
    assertThat(chosen(lab, "&properties=seed%3D7")).containsExactly("second");
    assertThat(chosen(lab, "&properties=seed%3D9")).isEmpty();
    assertThat(chosen(lab, "&tag=none")).isEmpty();
    assertThat(chosen(lab, "&jobType=command&listViewType=all")).hasSize(1_103);
    assertThat(chosen(lab, "&jobType=Sweep")).isEmpty();
    assertThat(chosen(lab, "&listViewType=ArchivedOnly")).isEmpty();
    for (String unfit : List.of("jobType=Magic", "listViewType=Some", "assetName=a", "$top=3")) {
      Answer refused = azure.send("GET", lab + "/jobs" + VERSION + "&" + unfit, "");
      assertThat(refused.status()).as(unfit).isEqualTo(400);
      assertThat(refused.body()).contains(unfit.replaceFirst("=.*", "")).doesNotContain("[C");
    }
  }

  private static final String RUNS = "/history/v1.0" + LAB + "/experiments/Default/runs/";

  /// The job as it is shown, with one text in place of another, is sent again.
  private static Answer putShown(String job, String what, String instead) throws Exception {
    String shown = azure.send("GET", LAB + "/jobs/" + job, "").body();
    assertThat(shown).contains(what);
    return azure.send("PUT", LAB + "/jobs/" + job, shown.replace(what, instead));
  }

  private static JsonNode properties(String job) throws Exception {
    return azure.get(LAB + "/jobs/" + job).path("properties");
  }

  /// Its words are changed through both doors that change them, and it is hidden and shown again.
  private static void checkChanges(String job) throws Exception {
    JsonNode before = properties(job);
    Answer put = putShown(job, "\"tags\":{", "\"description\":\"why\",\"tags\":{\"z\":\"26\",");
    assertThat(put.status()).as(put.body()).isEqualTo(200);
    assertThat(put.body()).contains("\"description\":\"why\"", "\"z\":\"26\"");
    Answer patched =
        server.send(
            "PATCH",
            RUNS + job,
            "{\"displayName\":\"new\",\"tags\":{\"y\":\"25\"},\"properties\":{\"p\":\"16\"}}");
    assertThat(patched.status()).as(patched.body()).isEqualTo(200);
    assertThat(patched.body()).contains("\"displayName\":\"new\"");
    JsonNode after = properties(job);
    assertThat(after.path("displayName").asString()).isEqualTo("new");
    assertThat(after.path("description").asString()).isEqualTo("why");
    assertThat(after.path("tags").toString()).isEqualTo("{\"a\":\"1\",\"y\":\"25\",\"z\":\"26\"}");
    assertThat(after.at("/properties/p").asString()).isEqualTo("16");
    for (String same : List.of("command", "computeId", "status", "environmentId")) {
      assertThat(after.path(same)).as(same).isEqualTo(before.path(same));
    }
    assertThat(listed("&tag=y")).contains(job);
    assertThat(listed("&properties=p%3D16")).contains(job);
    assertThat(putShown(job, "\"isArchived\":false", "\"isArchived\":true").status())
        .isEqualTo(200);
    checkArchived(job, true);
    server.kill();
    server.start();
    checkArchived(job, true);
    assertThat(properties(job).path("tags")).isEqualTo(after.path("tags"));
    Answer restored = server.send("PATCH", RUNS + job, "{\"hidden\":false}");
    assertThat(restored.status()).as(restored.body()).isEqualTo(200);
    checkArchived(job, false);
  }

  private static void checkArchived(String job, boolean archived) throws Exception {
    assertThat(properties(job).path("isArchived").asBoolean()).isEqualTo(archived);
    assertThat(listed("").contains(job)).isEqualTo(!archived);
    assertThat(listed("&listViewType=ArchivedOnly").contains(job)).isEqualTo(archived);
    assertThat(listed("&listViewType=All")).contains(job);
    String own = OWN.replaceFirst("/$", "");
    String name = "\"name\":\"" + job + "\"";
    assertThat(server.get(own).body().contains(name)).isEqualTo(!archived);
    assertThat(server.get(own + "?archived=only").body().contains(name)).isEqualTo(archived);
    assertThat(server.get(own + "?archived=also").body()).contains(name);
    assertThat(server.get(OWN + job).body().contains("\"archived\":true")).isEqualTo(archived);
  }

  @Test
  void whatIsSaidAboutAJobChangesWhateverHasBecomeOfIt() throws Exception {
    String more = on("cpu") + ",\"tags\":{\"a\":\"1\"}";
    azure.submit("ended-long", "true", more);
    until("it left memory", () -> azure.isPast("ended-long"));
    azure.submit("running-now", "sleep 1000", more);
    until("it runs", () -> azure.status("running-now").equals("Running"));
    String id = id("running-now");

    checkChanges("ended-long");
    checkChanges("running-now");

    assertThat(id("running-now")).as("nothing was submitted anew").isEqualTo(id);
    assertThat(azure.status("running-now")).isEqualTo("Running");
    azure.await(azure.send("POST", LAB + "/jobs/running-now/cancel", ""));
  }

  @Test
  void nothingElseOfAJobChangesAndTheAnswerSaysWhatDiffers() throws Exception {
    String more = on("cpu") + ",\"tags\":{\"a\":\"1\"},\"experimentName\":\"e\"";
    azure.submit("fixed", "true", more);
    JsonNode before = properties("fixed");
    Map<String, String> others =
        Map.of(
            "command", AzureDoor.job("false", more),
            "computeId", AzureDoor.job("true", more.replace("computes/cpu", "computes/gpu")),
            "experimentName", AzureDoor.job("true", more.replace("\"e\"", "\"f\"")),
            "environmentId", AzureDoor.job("true", more + ",\"environmentId\":\"azureml:o:1\""),
            "limits", AzureDoor.job("true", more + ",\"limits\":{\"timeout\":\"PT1M\"}"),
            "resources", AzureDoor.job("true", more + ",\"resources\":{\"instanceCount\":2}"),
            "environmentVariables",
                AzureDoor.job("true", more + ",\"environmentVariables\":{\"A\":\"1\"}"));
    for (Map.Entry<String, String> other : others.entrySet()) {
      String body = other.getValue().replace("\"a\":\"1\"", "\"a\":\"2\"");
      Answer refused = azure.send("PUT", LAB + "/jobs/fixed", body);
      assertThat(refused.status()).as(other.getKey()).isEqualTo(409);
      assertThat(refused.body()).contains("Different is: " + other.getKey() + ".");
    }
    assertThat(properties("fixed").path("tags")).isEqualTo(before.path("tags"));
    Answer unknown = server.send("PATCH", RUNS + "fixed", "{\"status\":\"Completed\"}");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.body()).contains("'status'");
    assertThat(server.send("PATCH", RUNS + "absent", "{\"hidden\":true}").status()).isEqualTo(404);
    String archived = AzureDoor.job("true", on("cpu") + ",\"isArchived\":true");
    Answer early = azure.send("PUT", LAB + "/jobs/archived-first", archived);
    assertThat(early.status()).isEqualTo(400);
    assertThat(early.body()).contains("submit it first");
    Answer judged = server.send("POST", LAB + "/jobs/archived-first/validate" + VERSION, archived);
    assertThat(judged.status()).as(judged.body()).isEqualTo(400);
    assertThat(judged.text("message")).isEqualTo(early.text("message"));
  }

  @Test
  void jobOfEbbsOwnDoorIsArchivedAsItIsShown() throws Exception {
    server.put(
        OWN + "plain",
        "{\"cluster\":\"cpu\",\"command\":\"true\",\"priority\":5,\"limit\":\"PT1H\",\"account\":\"lab\"}");
    assertThat(putShown("plain", "\"isArchived\":false", "\"isArchived\":true").status())
        .isEqualTo(200);
    checkArchived("plain", true);
    assertThat(server.get(OWN + "plain").body()).contains("\"priority\":5", "PT1H");
  }

  private static void put(String lab, String name, String more) throws Exception {
    Answer taken = azure.send("PUT", lab + "/jobs/" + name, AzureDoor.job("true", more));
    assertThat(taken.status()).as(taken.body()).isEqualTo(201);
  }

  private static void own(String name) {
    try {
      String path = OWN.replace("/lab/", "/many/") + name;
      server.put(path, "{\"cluster\":\"cpu\",\"command\":\"true\"}");
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static List<String> chosen(String lab, String query) throws Exception {
    JsonNode page = azure.get(lab + "/jobs" + VERSION + query);
    List<String> names = names(page);
    for (int pages = 1; page.has("nextLink"); pages++) {
      assertThat(pages).isLessThan(20);
      page = azure.next(page);
      names.addAll(names(page));
    }
    return names;
  }
}
