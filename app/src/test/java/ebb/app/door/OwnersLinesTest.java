package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an owner gives to jobs by the command line: folders of the machine, and secrets.
class OwnersLinesTest {
  private static final String VALUE = "correct-horse-battery";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    typed = new Typed(folder, server.home());
    server.cluster(1);
  }

  private static Typed.Said ebb(String line) throws Exception {
    return typed.ebb(line);
  }

  @Test
  void datastoreIsMadeShownListedAndDeletedAndARefusalSaysHow() throws Exception {
    Files.createDirectories(folder.resolve("flowers"));
    Typed.Said without =
        ebb("run --detach -w lab -g team --subscription sub --name no-store -- true");
    assertThat(without.code()).as(without.err()).isZero();
    String refused =
        server
            .put(
                ServedHome.job("no-store-2"),
                "{\"cluster\":\"cpu\",\"command\":\"true\",\"inputs\":{\"a\":{\"type\":\"uri_folder\",\"uri\":\"azureml://datastores/flowers/paths/a\"}}}")
            .body();
    assertThat(refused)
        .contains("'ebb ml datastore create --name flowers --path FOLDER --for sub/team/lab'")
        .doesNotContain("PUT");

    Typed.Said made = ebb("ml datastore create -n flowers --path flowers --for sub/team/lab");
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.json().path("mode").asString()).isEqualTo("ro");
    assertThat(made.json().path("path").asString())
        .isEqualTo(folder.resolve("flowers").toRealPath().toString());
    Files.writeString(
        folder.resolve("store.yml"), "name: results\ntype: folder\npath: ./flowers\nmode: rw\n");
    assertThat(ebb("ml datastore create -f store.yml").json().path("mode").asString())
        .isEqualTo("rw");
    assertThat(ebb("ml datastore create -n results --path flowers").json().path("mode").asString())
        .isEqualTo("rw");
    assertThat(ebb("ml datastore list -o table").out())
        .containsPattern("flowers +/.* +ro +sub/team/lab")
        .containsPattern("results +/.* +rw +ebb/ebb/main");
    assertThat(ebb("ml datastore list -w lab -g team --subscription sub").out())
        .contains("flowers")
        .doesNotContain("results");
    assertThat(ebb("ml datastore show -n results -o tsv").out()).contains("rw");
    assertThat(ebb("ml datastore delete -n results").code()).isZero();
    Typed.Said gone = ebb("ml datastore show -n results");
    assertThat(gone.code()).isEqualTo(3);
    assertThat(gone.err()).contains("There is no datastore 'results': 'ebb ml datastore list'");
    assertThat(folder.resolve("flowers")).isDirectory();
  }

  @Test
  void fileOfAnotherStoreAndAFolderThatIsNotThereAreRefusedByName() throws Exception {
    Files.writeString(
        folder.resolve("blob.yml"), "name: blob\ntype: azure_blob\naccount_name: mine\n");
    assertThat(ebb("ml datastore create -f blob.yml").err()).contains("account_name");
    Files.writeString(folder.resolve("blob.yml"), "name: blob\ntype: azure_blob\n");
    assertThat(ebb("ml datastore create -f blob.yml").err())
        .contains("'azure_blob'", "'folder' is");
    Typed.Said absent = ebb("ml datastore create -n absent --path absent");
    assertThat(absent.code()).isEqualTo(1);
    assertThat(absent.err()).contains("There is no folder");
    assertThat(ebb("ml datastore create -n none").err()).contains("--path");
    assertThat(ebb("ml datastore create --path flowers").err()).contains("--name");
    assertThat(ebb("ml datastore create -n x --path flowers --mode wide").err()).contains("mode");
  }

  private static Typed.Said piped(String line, String value) throws Exception {
    Path out = folder.resolve("piped.out");
    Path err = folder.resolve("piped.err");
    Process process = typed.begin(line, out, err);
    process.getOutputStream().write(value.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    int code = process.waitFor();
    return new Typed.Said(code, Files.readString(out), Files.readString(err));
  }

  @Test
  void secretComesByStandardInputOrIsTypedUnseenAndIsNeverShown() throws Exception {
    String refused =
        server
            .put(
                ServedHome.job("no-secret"),
                "{\"cluster\":\"cpu\",\"command\":\"true\",\"environment\":{\"KEY\":\"secret://key\"}}")
            .body();
    assertThat(refused).contains("'ebb secret set --name key --for sub/team/lab'");
    piped("secret set --name key --for sub/team/lab", "another-value\n");
    Typed.Said set = piped("secret set --name key", VALUE + "\n"); // for those who have it
    assertThat(set.code()).as(set.err()).isZero();
    assertThat(set.out() + set.err()).contains("key").doesNotContain(VALUE);
    server.put(
        ServedHome.job("uses-key"),
        "{\"cluster\":\"cpu\",\"command\":\"printf %s $KEY | wc -c\",\"environment\":{\"KEY\":\"secret://key\"}}");
    assertThat(server.awaitJob("uses-key", "ended").text("cause")).isEqualTo("succeeded");
    assertThat(server.get(ServedHome.job("uses-key") + "/logs").body().strip())
        .isEqualTo(String.valueOf(VALUE.length()));

    assertThat(ebb("secret list").out()).containsPattern("key +sub/team/lab").doesNotContain(VALUE);
    Typed.Said unseen =
        typed.onTerminal(
            "secret set -n typed", new Typed.Keys("value of typed: ", VALUE + "-typed\n"));
    assertThat(unseen.code()).as(unseen.out()).isZero();
    assertThat(unseen.out())
        .contains("keeps the secret typed for ebb/ebb/main")
        .doesNotContain(VALUE);
    Typed.Said seen = typed.onTerminal("secret set -n seen > seen.out");
    assertThat(seen.code()).as(seen.out()).isNotZero();
    assertThat(seen.out()).contains("would be seen", "< FILE");
    assertThat(ebb("secret list").out()).containsPattern("typed +ebb/ebb/main");
    assertThat(piped("secret set --name short", "x\n").err()).contains("8 to 25600 bytes");
    Typed.Said nothingMade = piped("secret set --name short -w unmade", "x\n");
    assertThat(nothingMade.err()).contains("8 to 25600 bytes").doesNotContain("made the workspace");
    assertThat(ebb("ml compute list -w unmade").code()).isEqualTo(3);
    Typed.Said made = piped("secret set --name made -w unmade", VALUE + "\n");
    assertThat(made.err()).contains("made the workspace unmade", "keeps the secret made for");
    assertThat(ebb("ml compute list -w unmade").code()).isZero();
    assertThat(ebb("secret set --name key --value " + VALUE).err())
        .contains("Unknown option")
        .doesNotContain("keeps");
    for (String name : new String[] {"key", "typed"}) {
      assertThat(ebb("secret delete -n " + name).code()).isZero();
    }
    assertThat(ebb("secret list").out()).doesNotContain("typed");
    assertThat(ebb("secret delete -n key").err())
        .contains("There is no secret 'key': 'ebb secret list' lists those there are");
  }
}
