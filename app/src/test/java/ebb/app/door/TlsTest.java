package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.app.certificate.SelfSigned;
import ebb.app.certificate.ServerCertificate;
import ebb.app.http.HttpDoor;
import ebb.app.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The server over TLS, asked by the command line and by a client that checks certificates.
class TlsTest {
  private static final String LAB =
      "/subscriptions/sub/resourceGroups/team/providers/Microsoft.MachineLearningServices/workspaces/lab";
  private static final String CREATE =
      "ml compute create --name cpu --type amlcompute --size Standard_D2s_v3 --max-instances 1";

  @TempDir Path folder;

  private static JsonNode address(ServedHome server) throws IOException {
    return JsonMapper.shared().readTree(Files.readAllBytes(server.home().resolve("server.json")));
  }

  @Test
  void certificateOfTheHomesOwnIsTrustedByTheCommandLineAndByClientsThatAreGivenIt()
      throws Exception {
    try (ServedHome server = new ServedHome(folder, "--tls-certificate", "self-signed")) {
      Typed typed = new Typed(folder, server.home());
      assertThat(typed.ebb(CREATE).code()).isZero();
      assertThat(typed.ebb("ml compute show -n cpu").json().path("name").asString())
          .isEqualTo("cpu");
      assertThat(health(server, "localhost")).isEqualTo(200);
      assertThat(health(server, "127.0.0.1")).isEqualTo(200);
      assertThat(names(server))
          .containsExactlyInAnyOrder("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
      assertThat(mode(server.home().resolve("tls-key.pem"))).isEqualTo("rw-------");
      assertThat(
              server
                  .put(LAB + "?api-version=2024-04-01", "{\"location\":\"eastus\"}")
                  .headers()
                  .firstValue("Azure-AsyncOperation"))
          .hasValueSatisfying(operation ->
              assertThat(operation).startsWith("https://127.0.0.1:" + server.port() + "/"));
      assertThatThrownBy(() -> plainly(server)).isInstanceOf(IOException.class);
      guardsAsWithoutTls(server);
      onlyTheKnownCertificateIsTrusted(server, typed);
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  /// A client that compares the name with the certificate's.
  private static int health(ServedHome server, String host) throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(server.trusting()).build();
    URI address = URI.create("https://" + host + ":" + server.port() + "/health");
    return client
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static List<String> names(ServedHome server) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) server.trusting().getSocketFactory().createSocket("127.0.0.1", server.port())) {
      socket.startHandshake();
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return shown.getSubjectAlternativeNames().stream()
          .map(name -> name.get(1).toString())
          .toList();
    }
  }

  private static int plainly(ServedHome server) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + server.port() + "/health");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static void guardsAsWithoutTls(ServedHome server) throws Exception {
    String host = "Host: localhost:" + server.port();
    String credential = "Authorization: Bearer " + server.token();
    String own = "Origin: https://localhost:" + server.port();
    String plain = "Origin: http://localhost:" + server.port();
    assertThat(server.rawStatus("GET", "/metrics", host)).isEqualTo(401);
    assertThat(server.rawStatus("GET", "/metrics", host, credential, own)).isEqualTo(200);
    assertThat(server.rawStatus("GET", "/metrics", host, credential, plain)).isEqualTo(403);
    assertThat(server.rawStatus("GET", "/metrics", "Host: evil.example", credential))
        .isEqualTo(403);
  }

  /// Whoever took the port of a server that ended cannot have its certificate.
  private static void onlyTheKnownCertificateIsTrusted(ServedHome server, Typed typed)
      throws Exception {
    Path file = server.home().resolve("server.json");
    String address = Files.readString(file);
    Files.writeString(
        file, address.replaceFirst("\"certificate\":\"[0-9a-f]+\"", "\"certificate\":\"00\""));
    Typed.Said said = typed.ebb("ml compute list");
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .hasLineCount(1)
        .contains("ServerUnreachable", "another certificate than");
    Files.writeString(file, address);
  }

  @Test
  void certificateThatEndsSoonIsMadeAnewAtTheStart() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    made(home, "-1d", 20);
    String before =
        ServerCertificate.read(
                home.resolve("tls-key.pem"), home.resolve("tls-key.pem"), Instant.now())
            .fingerprint();
    try (ServedHome server = new ServedHome(folder, "--tls-certificate", "self-signed")) {
      String shown = address(server).path("certificate").asString();
      assertThat(shown).hasSize(64).isNotEqualTo(before);
      server.kill();
      server.start();
      assertThat(address(server).path("certificate").asString()).as("kept").isEqualTo(shown);
      assertThat(health(server, "localhost")).isEqualTo(200);
    }
  }

  @Test
  void certificateOfAnOperatorIsShownAndTheCommandLineKnowsIt() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    SelfSigned.at(other, Instant.now());
    String[] options = {
      "--tls-certificate", other.resolve("tls-certificate.pem").toString(),
      "--tls-key", other.resolve("tls-key.pem").toString()
    };
    Files.createDirectory(folder.resolve("home"));
    // What a client of the test trusts lies where a home's own would.
    Files.copy(other.resolve("tls-certificate.pem"), folder.resolve("home/tls-certificate.pem"));
    try (ServedHome server = new ServedHome(folder, options)) {
      assertThat(health(server, "localhost")).isEqualTo(200);
      assertThat(new Typed(folder, server.home()).ebb(CREATE).code()).isZero();
      assertThat(server.home().resolve("tls-key.pem")).doesNotExist();
    }
  }

  @Test
  void certificateThatWasRenewedIsShownWithoutANewStart() throws Exception {
    ServerCertificate first =
        SelfSigned.at(Files.createDirectory(folder.resolve("a")), Instant.now());
    ServerCertificate second =
        SelfSigned.at(Files.createDirectory(folder.resolve("b")), Instant.now());
    HttpDoor door =
        new HttpDoor(
            0,
            new HttpDoor.Limits(10, Duration.ofSeconds(30)),
            new HttpDoor.Certificate(first.key(), first.chain()),
            (status, _) -> Response.empty(status));
    door.listen();
    try {
      assertThat(shown(door, first)).isEqualTo(first.chain().getFirst());
      door.renew(new HttpDoor.Certificate(second.key(), second.chain()));
      assertThat(shown(door, second)).isEqualTo(second.chain().getFirst());
      assertThatThrownBy(() -> shown(door, first)).isInstanceOf(SSLHandshakeException.class);
    } finally {
      door.close();
    }
  }

  private static X509Certificate shown(HttpDoor door, ServerCertificate trusted) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            ServedHome.trusting(trusted.chain().getFirst())
                .getSocketFactory()
                .createSocket("127.0.0.1", door.port())) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  @Test
  void whatCannotBeShownIsRefusedAtTheStartInOneLine() throws Exception {
    Path good = Files.createDirectory(folder.resolve("good"));
    Path other = Files.createDirectory(folder.resolve("other"));
    Path old = Files.createDirectory(folder.resolve("old"));
    SelfSigned.at(good, Instant.now());
    SelfSigned.at(other, Instant.now());
    made(old, "-10d", 5);
    String certificate = good + "/tls-certificate.pem";
    String key = good + "/tls-key.pem";
    Path open = Files.copy(good.resolve("tls-key.pem"), folder.resolve("open.pem"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    Map<String, String> refusals = new TreeMap<>();
    refusals.put(folder + "/absent.pem " + key, "cannot be read: NoSuchFileException");
    refusals.put(certificate + " " + folder + "/absent.pem", "cannot be read as one");
    refusals.put(certificate + " " + other + "/tls-key.pem", "does not belong to");
    refusals.put(certificate + " " + certificate, "no open PKCS #8 key");
    refusals.put(certificate + " " + open, "may be read by everybody: chmod 600");
    refusals.put(old + "/tls-key.pem " + old + "/tls-key.pem", "have it renewed");
    refusals.put("self-signed " + key, "nothing else has one");
    refusals.put(certificate + " none", "needs the file of its key");
    for (Map.Entry<String, String> each : refusals.entrySet()) {
      String[] files = each.getKey().split(" ");
      Typed.Said said =
          new Typed(folder, folder.resolve("home"))
              .ebb(
                  "serve --port 0 --tls-certificate %s --tls-key %s".formatted(files[0], files[1]));
      assertThat(said.code()).as(each.getKey() + said.err()).isEqualTo(2);
      assertThat(said.err()).hasLineCount(1).startsWith("ebb: ").contains(each.getValue());
      assertThat(folder.resolve("home/server.json")).doesNotExist();
    }
  }

  /// A key and a certificate as [SelfSigned] keeps them, for other days.
  private static void made(Path home, String from, int days) throws Exception {
    Path store = home.resolve("store");
    List<String> keytool = new ArrayList<>();
    keytool.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    keytool.addAll(List.of("-genkeypair", "-alias", "ebb", "-keyalg", "RSA", "-keysize", "2048"));
    keytool.addAll(List.of("-dname", "CN=localhost", "-startdate", from));
    keytool.addAll(List.of("-validity", String.valueOf(days), "-storetype", "PKCS12"));
    keytool.addAll(List.of("-keystore", store.toString(), "-storepass", "of-a-test"));
    assertThat(new ProcessBuilder(keytool).inheritIO().start().waitFor()).isZero();
    KeyStore made = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      made.load(in, "of-a-test".toCharArray());
    }
    Path file = home.resolve("tls-key.pem");
    Files.writeString(
        file,
        pem("PRIVATE KEY", made.getKey("ebb", "of-a-test".toCharArray()).getEncoded())
            + pem("CERTIFICATE", made.getCertificate("ebb").getEncoded()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.delete(store);
  }

  private static String pem(String what, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(content), what);
  }
}
