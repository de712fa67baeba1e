package ebb.app.door;

import static ebb.app.door.ServedHome.WORKSPACE;
import static ebb.app.door.ServedHome.job;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import ebb.app.code.Bounds;
import ebb.app.code.Snapshot;
import ebb.app.door.ServedHome.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What jobs read and where they leave things: datastores, the web, files that were sent.
class DataTest {
  @TempDir static Path folder;
  private static final AtomicInteger WHOLE = new AtomicInteger();
  private static final AtomicInteger UNCHANGED = new AtomicInteger();
  private static ServedHome server;
  private static HttpServer web;
  private static Path data;

  @BeforeAll
  static void start() throws Exception {
    ServedHome.configure(folder, "inputs.loopback = true\ninputs.download-mebibytes = 1");
    server = new ServedHome(folder);
    server.cluster(2);
    data = Files.createDirectories(folder.resolve("data"));
    Files.createDirectories(data.resolve("iris/deep"));
    Files.writeString(data.resolve("iris/train.csv"), "1,2,3\n");
    Files.writeString(data.resolve("iris/deep/more.csv"), "4,5,6\n");
    Files.writeString(folder.resolve("secret"), "secret\n");
    Files.createSymbolicLink(data.resolve("link"), folder.resolve("secret"));
    Files.createSymbolicLink(data.resolve("iris/link"), folder.resolve("secret"));
    register("flowers", data, "ro");
    register("results", Files.createDirectories(folder.resolve("results")), "rw");
    web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    web.createContext("/", DataTest::serve);
    web.start();
  }

  @AfterAll
  static void end() {
    web.stop(0);
    server.close();
  }

  private static void register(String name, Path path, String mode) throws Exception {
    Answer answer =
        server.put(
            "/ebb/v1/datastores/" + name,
            "{\"path\":\"%s\",\"mode\":\"%s\",\"workspaces\":[\"sub/team/lab\"]}"
                .formatted(path, mode));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
  }

  private static void serve(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] body = "from the web\n".getBytes(StandardCharsets.UTF_8);
    int status = 200;
    if (path.equals("/moved")) {
      exchange.getResponseHeaders().add("Location", "/file.txt");
      status = 302;
    } else if (path.equals("/away")) {
      exchange.getResponseHeaders().add("Location", "http://169.254.169.254/secret");
      status = 302;
    } else if (path.equals("/absent")) {
      status = 404;
    } else if (path.equals("/busy")) {
      status = 503;
    } else if (path.equals("/circle")) {
      exchange.getResponseHeaders().add("Location", "/circle?sig=secret");
      status = 302;
    } else if (path.equals("/large")) {
      body = new byte[(1 << 20) + 1];
    } else {
      exchange.getResponseHeaders().add("ETag", "\"v1\"");
      boolean known = "\"v1\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
      status = known ? 304 : 200;
      (known ? UNCHANGED : WHOLE).incrementAndGet();
    }
    exchange.sendResponseHeaders(status, status == 304 ? -1 : body.length);
    if (status != 304) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static String web(String path) {
    return "http://127.0.0.1:" + web.getAddress().getPort() + path;
  }

  private static Answer submit(String name, String line, String more) throws Exception {
    return server.put(
        job(name), "{\"cluster\":\"cpu\",\"command\":\"%s\",%s}".formatted(line, more));
  }

  private static String input(String uri, String type, String mode) {
    return "\"inputs\":{\"x\":{\"type\":\"%s\",\"mode\":\"%s\",\"uri\":\"%s\"}}"
        .formatted(type, mode, uri);
  }

  /// Runs a job that must succeed and answers what it printed.
  private static String printed(String name, String line, String more) throws Exception {
    Answer taken = submit(name, line, more);
    assertThat(taken.status()).as(taken.body()).isEqualTo(201);
    Answer ended = server.awaitJob(name, "ended");
    assertThat(ended.text("cause")).as(ended.body()).isEqualTo("succeeded");
    return server.get(job(name) + "/logs").body();
  }

  @Test
  void valuesTakeThePlaceOfTheirNames() throws Exception {
    assertThat(
            printed(
                "literal",
                "echo ${{inputs.lr}} ${{ inputs.n }} $AZURE_ML_INPUT_lr $AZUREML_DATAREFERENCE_n",
                "\"inputs\":{\"lr\":\"0.1\",\"n\":3}"))
        .isEqualTo("0.1 3 0.1 3\n");
  }

  @Test
  void datastoreIsReadWhereItIsOrDownloaded() throws Exception {
    String address = "azureml://datastores/flowers/paths/iris";
    assertThat(
            printed(
                "mounted", "cat ${{inputs.x}}/train.csv", input(address, "uri_folder", "ro_mount")))
        .isEqualTo("1,2,3\n");
    String longAddress =
        "azureml://subscriptions/SUB/resourcegroups/team/workspaces/lab/datastores/flowers/paths/iris/train.csv";
    assertThat(printed("long", "cat ${{inputs.x}}", input(longAddress, "uri_file", "ro_mount")))
        .isEqualTo("1,2,3\n");
    assertThat(
            printed(
                "downloaded",
                "cd ${{inputs.x}}; cat train.csv deep/more.csv; ls; echo mine > train.csv",
                input(address, "uri_folder", "download")))
        .as("without the link")
        .isEqualTo("1,2,3\n4,5,6\ndeep\ntrain.csv\n");
    assertThat(data.resolve("iris/train.csv")).hasContent("1,2,3\n");
    assertThat(printed("direct", "echo ${{inputs.x}}", input(address, "uri_folder", "direct")))
        .isEqualTo(address + "\n");
  }

  @Test
  void filesThatWereSentAreInputsToo() throws Exception {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("part.csv"), "7,8,9\n");
    Snapshot snapshot = Snapshot.of(source, Bounds.DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeTo(out);
    server.put(WORKSPACE + "/code/" + snapshot.hash(), out.toByteArray());
    String address = "ebb://code/" + snapshot.hash();
    assertThat(printed("sent", "ls ${{inputs.x}}", input(address, "uri_folder", "ro_mount")))
        .isEqualTo("part.csv\n");
    assertThat(
            printed(
                "one", "cat ${{inputs.x}}", input(address + "/part.csv", "uri_file", "download")))
        .isEqualTo("7,8,9\n");
  }

  @Test
  void webIsAskedOnceForWhatHasNotChanged() throws Exception {
    String moved = input(web("/moved"), "uri_file", "download");
    assertThat(printed("web-1", "cat ${{inputs.x}}", moved)).isEqualTo("from the web\n");
    assertThat(printed("web-2", "cat ${{inputs.x}}", moved)).isEqualTo("from the web\n");
    assertThat(WHOLE).hasValue(1);
    assertThat(UNCHANGED).hasValue(1);
  }

  @Test
  void outputsGoToADatastoreOrStayWithTheJob() throws Exception {
    printed(
        "leaves",
        "echo model > ${{outputs.model}}/m; echo table > ${{outputs.table}}; echo kept > $AZURE_ML_OUTPUT_kept/k",
        "\"outputs\":{\"model\":{\"uri\":\"azureml://datastores/results/paths/a/b\"},"
            + "\"table\":{\"type\":\"uri_file\",\"uri\":\"azureml://datastores/results/paths/t/t.csv\"},"
            + "\"kept\":{\"type\":\"uri_folder\",\"mode\":\"rw_mount\"}}");
    assertThat(folder.resolve("results/a/b/m")).hasContent("model");
    assertThat(folder.resolve("results/t/t.csv")).hasContent("table");
    assertThat(server.get(job("leaves") + "/files/outputs/kept/k").body()).isEqualTo("kept\n");
  }

  @Test
  void whatCannotBeHadIsRefusedWhenItIsSubmitted() throws Exception {
    for (String uri :
        List.of(
            "/etc/passwd",
            "file:///etc/passwd",
            "../secret",
            "azureml://datastores/flowers/paths/../secret",
            "azureml://datastores/flowers/paths/iris/../../secret",
            "azureml://datastores/flowers/paths/./iris",
            "azureml://datastores/nobodys/paths/iris",
            "azureml://subscriptions/sub/resourcegroups/team/workspaces/other/datastores/flowers/paths/iris",
            "https://user:pass@example.invalid/x",
            "ebb://code/../../token")) {
      Answer answer = submit("refused", "true", input(uri, "uri_file", "ro_mount"));
      assertThat(answer.status()).as(uri).isEqualTo(400);
    }
    String output = "\"outputs\":{\"y\":{\"uri\":\"%s\"}}";
    assertThat(
            submit("refused", "true", output.formatted("azureml://datastores/flowers/paths/x"))
                .body())
        .contains("read-only");
    assertThat(submit("refused", "true", output.formatted("https://example.invalid/x")).status())
        .isEqualTo(400);
    assertThat(submit("refused", "echo ${{inputs.y}}", "\"inputs\":{\"x\":1}").body())
        .contains("nothing stands for ${{inputs.y}}");
    assertThat(submit("refused", "true", "\"inputs\":{\"a b\":1}").body()).contains("a b");
    assertThat(
            submit(
                    "refused",
                    "true",
                    input("azureml://datastores/flowers/paths/iris", "uri_folder", "eval_mount"))
                .body())
        .contains("eval_mount", "ro_mount");
    assertThat(server.get(job("refused")).status()).isEqualTo(404);
  }

  @Test
  void whatIsNotThereOrLeadsOutEndsTheJobWithItsReason() throws Exception {
    String[][] cases = {
      {"azureml://datastores/flowers/paths/link", "uri_file", "link"},
      {"azureml://datastores/flowers/paths/iris/link", "uri_file", "link"},
      {"azureml://datastores/flowers/paths/link/x", "uri_file", "link"},
      {"azureml://datastores/flowers/paths/none", "uri_file", "is not there"},
      {"azureml://datastores/flowers/paths/iris", "uri_file", "is a folder"},
      {web("/absent?sig=secret"), "uri_file", web("/absent") + " answers 404"},
      {web("/busy?sig=secret"), "uri_file", "prepared: " + web("/busy") + " answers 503"},
      {web("/circle?sig=secret"), "uri_file", web("/circle") + " leads on"},
      {web("/large?sig=secret"), "uri_file", web("/large") + " has more than 1 MiB"},
      {web("/away?sig=secret"), "uri_file", "169.254.169.254"}
    };
    for (int i = 0; i < cases.length; i++) {
      String more =
          input(cases[i][0], cases[i][1], "ro_mount") + ",\"retries\":{\"infrastructure\":0}";
      submit("out-" + i, "cat ${{inputs.x}}", more);
    }
    for (int i = 0; i < cases.length; i++) {
      Answer ended = server.awaitJob("out-" + i, "ended");
      assertThat(ended.text("cause")).as(cases[i][0]).isNotEqualTo("succeeded");
      assertThat(ended.text("detail"))
          .as(cases[i][0])
          .contains(cases[i][2])
          .doesNotContain("secret");
      assertThat(server.get(job("out-" + i) + "/logs").body()).doesNotContain("secret");
    }
  }

  @Test
  void datastoreIsKeptOverAKillAndMayNotHoldTheHome() throws Exception {
    for (Path path : List.of(folder, server.home(), server.home().resolve("agent"), Path.of("/"))) {
      Answer answer =
          server.put(
              "/ebb/v1/datastores/evil",
              "{\"path\":\"%s\",\"workspaces\":[\"sub/team/lab\"]}".formatted(path));
      assertThat(answer.body()).as(path.toString()).contains("the server's home");
    }
    assertThat(server.get("/ebb/v1/datastores").body())
        .contains("\"name\":\"flowers\"", "\"mode\":\"ro\"")
        .doesNotContain("evil");
    register("passing", data, "ro");
    assertThat(server.send("DELETE", "/ebb/v1/datastores/passing", "").status()).isEqualTo(200);
    server.kill();
    server.start();
    assertThat(server.get("/ebb/v1/datastores/passing").status()).isEqualTo(404);
    assertThat(server.get("/ebb/v1/datastores/flowers").body())
        .contains("/subscriptions/sub/resourceGroups/team/");
  }
}
