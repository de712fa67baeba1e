package ebb.app.door;

import static ebb.app.door.AzureDoor.PROVIDER;
import static ebb.app.door.AzureDoor.SUBSCRIPTION;
import static ebb.app.door.AzureDoor.VERSION;
import static ebb.app.door.AzureDoor.cluster;
import static ebb.app.door.AzureDoor.json;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Resource groups and tags at Azure's paths. Each answer is held against the specification.
class ArmGroupsTest {
  private static final String EAST = "{\"location\":\"eastus\"}";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static AzureDoor azure;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    azure = new AzureDoor(server);
  }

  private static String group(String name) {
    return SUBSCRIPTION + "/resourceGroups/" + name;
  }

  private static String workspace(String group, String name) {
    return group(group) + PROVIDER + "/workspaces/" + name;
  }

  private static String tagged(String value) {
    return "{\"location\":\"eastus\",\"tags\":{\"team\":\"" + value + "\"}}";
  }

  private static String team(String path) throws Exception {
    return azure.get(path).at("/tags/team").asString();
  }

  @Test
  void groupIsMadeWithTagsThatChangeAndOutlastAKill() throws Exception {
    String group = group("made");
    assertThat(azure.send("HEAD", group, "").status()).isEqualTo(404);
    assertThat(azure.send("PUT", group, tagged("blue")).status()).isEqualTo(201);
    assertThat(azure.send("PUT", group, tagged("blue")).status()).isEqualTo(200);
    assertThat(azure.send("HEAD", group, "").status()).isEqualTo(204);
    assertThat(server.get(SUBSCRIPTION + VERSION).status()).isEqualTo(200);
    assertThat(azure.send("PATCH", group, "{}").status()).isEqualTo(200);
    assertThat(team(group)).as("no tags named, none changed").isEqualTo("blue");
    Answer patched = azure.send("PATCH", group, "{\"tags\":{\"team\":\"red\"}}");
    assertThat(json(patched).at("/tags/team").asString()).isEqualTo("red");
    server.kill();
    server.start();
    assertThat(team(group)).isEqualTo("red");
    azure.send("PUT", group, EAST);
    assertThat(azure.get(group).path("tags").size()).isZero();
    Answer shown = azure.send("GET", group, "");
    assertThat(azure.send("PUT", group, shown.body()).status())
        .as("as it was shown")
        .isEqualTo(200);
    Answer moved = azure.send("PUT", group, "{\"location\":\"westus\"}");
    assertThat(moved.status()).isEqualTo(409);
    assertThat(azure.send("PUT", group, "{}").body()).contains("'location' is missing");
    assertThat(azure.send("PUT", group("ends."), EAST).status()).isEqualTo(400);
    String managed = "{\"location\":\"eastus\",\"managedBy\":\"/somebody\"}";
    assertThat(azure.send("PUT", group("other"), managed).body()).contains("managedBy");
    assertThat(azure.send("PATCH", group("other"), "{\"tags\":{}}").status()).isEqualTo(404);
    assertThat(azure.send("GET", group("other"), "").status()).isEqualTo(404);
  }

  @Test
  void groupThatCameWithAWorkspaceIsMadeOnceItsTagsAreNamed() throws Exception {
    azure.send("PUT", workspace("came", "lab"), EAST);
    assertThat(azure.get(group("came")).path("location").asString()).isEqualTo("eastus");
    azure.send("PATCH", group("came"), "{\"tags\":{\"team\":\"blue\"}}");
    azure.await(azure.send("DELETE", workspace("came", "lab"), ""));
    assertThat(team(group("came"))).as("it stays").isEqualTo("blue");
  }

  @Test
  void groupIsDeletedWithAllThatIsInIt() throws Exception {
    azure.send("PUT", group("full"), tagged("blue"));
    azure.send("PUT", workspace("full", "one"), EAST);
    azure.send("PUT", workspace("full", "two"), EAST);
    azure.send("PUT", workspace("fuller", "lab"), EAST);
    azure.send("PUT", workspace("full", "one") + "/computes/cpu", cluster(""));
    String job = workspace("full", "one") + "/jobs/long";
    azure.send("PUT", job, AzureDoor.job("sleep 1000", ",\"computeId\":\"cpu\""));
    ServedHome.until("it runs", () -> azure.statusAt(job).equals("Running"));

    Answer forced =
        azure.send("DELETE", group("full") + VERSION + "&forceDeletionTypes=Something", "");
    assertThat(forced.status()).isEqualTo(400);
    String lock = "/ebb/v1/locks/keep?subscription=sub&group=full&workspace=two";
    server.put(lock, "{\"level\":\"cannot delete\"}");
    assertThat(azure.send("DELETE", group("full"), "").body()).contains("ScopeLocked");
    assertThat(azure.statusAt(job)).isEqualTo("Running");
    server.send("DELETE", lock, "");

    Answer deleted = azure.send("DELETE", group("full"), "");
    assertThat(deleted.status()).isEqualTo(202);
    azure.await(deleted);
    assertThat(azure.send("GET", group("full"), "").status()).isEqualTo(404);
    assertThat(azure.send("GET", workspace("full", "one"), "").status()).isEqualTo(404);
    assertThat(azure.send("GET", workspace("fuller", "lab"), "").status()).isEqualTo(200);
    assertThat(azure.send("DELETE", group("full"), "").status()).isEqualTo(404);
    assertThat(azure.operation(deleted)).as("for ever").isEqualTo("Succeeded");
    assertThat(azure.send("PUT", group("full"), EAST).status()).isEqualTo(201);
  }

  @Test
  void groupsAndWorkspacesAreListedPageByPage() throws Exception {
    String many = "/subscriptions/many";
    for (int i = 0; i < 101; i++) {
      azure.send("PUT", many + "/resourceGroups/g%03d".formatted(i), EAST);
    }
    azure.send("PUT", many + "/resourceGroups/h" + PROVIDER + "/workspaces/lab", EAST);
    JsonNode first = azure.get(many + "/resourcegroups");
    assertThat(first.path("value").size()).isEqualTo(100);
    JsonNode second = azure.next(first);
    assertThat(second.has("nextLink")).isFalse();
    TreeSet<String> names = new TreeSet<>();
    first.path("value").forEach(each -> names.add(each.path("name").asString()));
    second.path("value").forEach(each -> names.add(each.path("name").asString()));
    assertThat(names).hasSize(102).contains("g000", "g100", "h");
    String filtered = many + "/resourcegroups" + VERSION + "&$filter=tagName%20eq%20'a'";
    assertThat(azure.send("GET", filtered, "").body()).contains("$filter");
  }

  @Test
  void workspaceKeepsItsTagsUntilOthersAreNamed() throws Exception {
    String lab = workspace("tagged", "lab");
    azure.send("PUT", lab, tagged("blue"));
    assertThat(team(lab)).isEqualTo("blue");
    assertThat(azure.send("PATCH", lab, "{\"tags\":{\"team\":\"red\"}}").status()).isEqualTo(200);
    assertThat(team(lab)).isEqualTo("red");
    server.put("/ebb/v1/workspaces/sub/tagged/lab", EAST);
    azure.send("PATCH", lab, "{}");
    assertThat(team(lab)).as("Ebb's own door knows no tags and leaves them").isEqualTo("red");
    String identity = "{\"identity\":{\"type\":\"SystemAssigned\"}}";
    assertThat(azure.send("PATCH", lab, identity).body()).contains("identity.type");
    assertThat(azure.send("PATCH", workspace("tagged", "none"), "{}").status()).isEqualTo(404);
    String long1 = "{\"tags\":{\"team\":\"" + "x".repeat(257) + "\"}}";
    assertThat(azure.send("PATCH", lab, long1).status()).isEqualTo(400);
    assertThat(team(lab)).isEqualTo("red");
  }
}
