package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is let in.
class GateTest {
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS");
  private static final List<String> PATHS =
      List.of("/", "/metrics", "/ebb/v1/workspaces", ServedHome.WORKSPACE, "/no/such/path");

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static String host;
  private static String credential;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    host = "Host: 127.0.0.1:" + server.port();
    credential = "Authorization: Bearer " + server.token();
  }

  @Test
  void nothingOfTheHomeIsToldWithoutACredential() throws Exception {
    assertThat(server.send("GET", "/health", "", "").body()).isEqualTo("{\"status\":\"serving\"}");
    for (String method : METHODS) {
      for (String path : PATHS) {
        assertThat(server.rawStatus(method, path, host)).as(method + " " + path).isEqualTo(401);
      }
    }
    assertThat(server.rawStatus("PUT", "/health", host)).isEqualTo(401);
    assertThat(server.rawStatus("PUT", "/discovery", host)).isEqualTo(401);
  }

  @Test
  void credentialThatIsNotTheTokenIsRefused() throws Exception {
    String token = server.token();
    List<String> wrong =
        List.of(
            "Bearer",
            "Bearer wrong",
            "Bearer " + token.substring(1),
            "Bearer " + token + "x",
            "Basic " + token,
            token);
    for (String authorization : wrong) {
      ServedHome.Answer answer = server.send("GET", "/metrics", "", authorization);
      assertThat(answer.status()).as(authorization).isEqualTo(401);
      assertThat(answer.body()).doesNotContain(token);
      assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }
    assertThat(server.send("GET", "/metrics", "", "bearer " + token).status()).isEqualTo(200);
  }

  @Test
  void requestForAnotherHostIsRefusedWhateverItsMethod() throws Exception {
    for (String foreign : List.of("evil.example", "evil.example:" + server.port(), "127.0.0.1")) {
      refusedWhateverItsMethod("Host: " + foreign, credential);
    }
  }

  @Test
  void requestOfAPageOfAnotherOriginIsRefusedWhateverItsMethod() throws Exception {
    for (String origin :
        List.of("http://evil.example", "null", "https://localhost:" + server.port())) {
      refusedWhateverItsMethod(host, credential, "Origin: " + origin);
    }
    assertThat(
            server.rawStatus(
                "GET", "/metrics", host, credential, "Origin: http://localhost:" + server.port()))
        .isEqualTo(200);
  }

  @Test
  void requestCausedByAnotherSiteIsRefusedWhateverItsMethod() throws Exception {
    for (String site : List.of("cross-site", "same-site")) {
      refusedWhateverItsMethod(host, credential, "Sec-Fetch-Site: " + site);
    }
    for (String site : List.of("none", "same-origin")) {
      assertThat(server.rawStatus("GET", "/metrics", host, credential, "Sec-Fetch-Site: " + site))
          .isEqualTo(200);
    }
  }

  /// The page's name points at this machine by now, so for the browser it is the page's own origin.
  @Test
  void pageThatReboundItsNameReadsNothing() throws Exception {
    String name = "evil.example:" + server.port();
    refusedWhateverItsMethod(
        "Host: " + name, "Origin: http://" + name, "Sec-Fetch-Site: same-origin");
    assertThat(server.rawStatus("GET", "/health", "Host: " + name)).isEqualTo(403);
  }

  private static void refusedWhateverItsMethod(String... headers) throws Exception {
    for (String method : METHODS) {
      for (String path : List.of("/health", ServedHome.WORKSPACE)) {
        assertThat(server.rawStatus(method, path, headers))
            .as(method + " " + path + " " + List.of(headers))
            .isEqualTo(403);
      }
    }
  }

  @Test
  void onlyTheServersUserMayReadTheToken() throws Exception {
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(server.home().resolve("token"))))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.home())))
        .isEqualTo("rwx------");
  }

  @Test
  void anotherUserOfTheMachineReadsNeitherTokenNorJournal() throws Exception {
    assumeTrue(
        System.getProperty("user.name").equals("root")
            && Files.isExecutable(Path.of("/usr/bin/setpriv")),
        "only root with setpriv can become another user");
    assertThat(asNobody("cat", "/dev/null")).isZero();
    for (String file :
        List.of("token", "journal.db", "journal.db-wal", "history.db", "server.json")) {
      assertThat(Files.exists(server.home().resolve(file))).as(file).isTrue();
      assertThat(asNobody("cat", server.home().resolve(file).toString())).as(file).isNotZero();
    }
  }

  private static int asNobody(String... command) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    line.addAll(List.of(command));
    return new ProcessBuilder(line)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void jobReadsNeitherTokenNorJournal() throws Exception {
    assumeTrue(
        System.getProperty("user.name").equals("root"),
        "a server that is not root runs jobs as itself, and says so at its start");
    server.cluster(1);
    String home = server.home().toString();
    server.put(
        ServedHome.WORKSPACE + "/clusters/bare",
        "{\"size\":\"Standard_D2s_v3\",\"max\":1,\"idle\":1,\"isolation\":\"none\"}");
    String spying =
        "id -u; cat %s/token; cat %s/journal.db; cat %s/journal.db-wal; ls %s; env"
            .formatted(home, home, home, home);
    server.put(
        ServedHome.job("spy"), "{\"cluster\":\"bare\",\"command\":\"%s\"}".formatted(spying));
    server.awaitJob("spy", "ended");
    assertThat(server.get(ServedHome.job("spy") + "/logs").body())
        .startsWith("19000") // the first of tasks.uids, however many are given already
        .contains("EBB_JOB_NAME=spy")
        .doesNotContain(server.token(), "journal.db", "SQLite format");
    assertThat(server.get(ServedHome.job("spy") + "/logs?stream=stderr").body().lines())
        .filteredOn(line -> line.contains("Permission denied"))
        .hasSize(4);
  }

  @Test
  void secretIsInNeitherLogNorArguments() throws Exception {
    assertThat(server.log()).doesNotContain(server.token());
    assertThat(server.process().info().commandLine().orElseThrow()).doesNotContain(server.token());
  }
}
