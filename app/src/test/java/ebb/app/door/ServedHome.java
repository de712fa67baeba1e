package ebb.app.door;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A home with a server in a JVM of its own, on a free port, that can be killed and started again.
final class ServedHome implements AutoCloseable {
  static final String WORKSPACE = "/ebb/v1/workspaces/sub/team/lab";
  static final String CLUSTER = WORKSPACE + "/clusters/cpu";
  private static final String HEAP = "-Xmx256m";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern LISTENS = Pattern.compile("listens on (https?)://127.0.0.1:(\\d+)");

  record Answer(int status, String body, java.net.http.HttpHeaders headers) {
    /// A field with a text, wherever in the body it comes first.
    String text(String field) {
      Matcher matcher = Pattern.compile("\"" + field + "\":\"([^\"]*)\"").matcher(body);
      return matcher.find() ? matcher.group(1) : "";
    }
  }

  private final Path folder;
  private final List<String> options;
  private final List<String> java;
  private HttpClient client;
  private Process server;
  private int starts;
  private int port;
  private String scheme = "";

  /// `options` are those of `ebb serve`.
  ServedHome(Path folder, String... options) throws Exception {
    this(Program.java(HEAP), folder, options);
  }

  /// On a machine without a program, as far as the server can see. Only root can have that;
  /// without, the test is skipped.
  static ServedHome without(Path program, Path folder) throws Exception {
    List<String> hidden =
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount --bind /dev/null \"$0\" && exec \"$@\"",
            program.toString());
    List<String> tried = new ArrayList<>(hidden);
    tried.add("true");
    assumeTrue(
        Files.exists(program) && new ProcessBuilder(tried).start().waitFor() == 0,
        "needs " + program + ", and root to hide it");
    List<String> java = new ArrayList<>(hidden);
    java.addAll(Program.java(HEAP));
    return new ServedHome(java, folder);
  }

  /// Of a person who is not root, and has no groups of processes to give. Only root can become
  /// another user; without, the test is skipped. That user may not be able to read this build.
  static ServedHome ofOrdinaryUser(Path folder) throws Exception {
    List<String> java =
        new ArrayList<>(
            List.of(
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"));
    java.addAll(Program.copied(Files.createDirectory(folder.resolve("program")), HEAP));
    Files.setAttribute(folder, "unix:uid", 65534);
    List<String> tried = new ArrayList<>(java);
    tried.addAll(List.of("ebb.app.Main", "--version"));
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/setpriv"))
            && new ProcessBuilder(tried).start().waitFor() == 0,
        "needs root, setpriv of util-linux, and a JDK that everybody may read");
    return new ServedHome(java, folder, "--set", "tasks.programs=none");
  }

  private ServedHome(List<String> java, Path folder, String... options) throws Exception {
    this.java = java;
    this.folder = folder;
    this.options = List.of(options);
    // Tasks of another user must be able to pass through; what is in the home is not theirs.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    start();
  }

  /// Before the first start: a line of the home's configuration.
  static void configure(Path folder, String line) throws IOException {
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.writeString(home.resolve("ebb.conf"), line + "\n");
  }

  Path home() {
    return folder.resolve("home");
  }

  int port() {
    return port;
  }

  Process process() {
    return server;
  }

  String token() throws IOException {
    return Files.readString(home().resolve("token")).strip();
  }

  String log() throws IOException {
    return Files.readString(folder.resolve("server-" + starts + ".log"));
  }

  void start() throws Exception {
    start(0);
  }

  /// On a port of the caller's choice.
  void start(int wanted) throws Exception {
    starts++;
    List<String> command = new ArrayList<>(java);
    command.addAll(List.of("ebb.app.Main", "serve", "--home", home().toString()));
    command.addAll(List.of("--port", String.valueOf(wanted)));
    command.addAll(List.of("--set", "host.personal=true")); // so nodes may be virtual
    // Jobs wait for files of the test, which a sandbox would not show them.
    command.addAll(List.of("--set", "tasks.programs=" + folder));
    command.addAll(options);
    Path log = folder.resolve("server-" + starts + ".log");
    server =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    until(
        "the server listens",
        () -> {
          Matcher listens = LISTENS.matcher(read(log));
          boolean found = listens.find();
          scheme = found ? listens.group(1) : "";
          port = found ? Integer.parseInt(listens.group(2)) : 0;
          return found || !server.isAlive();
        });
    if (port == 0) {
      throw new IllegalStateException("the server did not start: " + read(log));
    }
    HttpClient.Builder http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE);
    client = (scheme.equals("https") ? http.sslContext(trusting()) : http).build();
  }

  /// What trusts the home's own certificate and nothing else.
  SSLContext trusting() throws Exception {
    try (InputStream in = Files.newInputStream(home().resolve("tls-certificate.pem"))) {
      return trusting(CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
  }

  static SSLContext trusting(Certificate certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("ebb", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  /// As `kill -9` does it.
  void kill() {
    server.destroyForcibly();
    ended();
  }

  /// As `kill` does it; answers the exit code.
  int terminate() {
    server.destroy();
    return ended();
  }

  /// The exit code of a server that ends by itself.
  int ended() {
    until("the server has ended", () -> !server.isAlive());
    return server.exitValue();
  }

  /// A workspace and a cluster of at most this many nodes.
  void cluster(int most) throws Exception {
    put(WORKSPACE, "{\"location\":\"eastus\"}");
    put(CLUSTER, "{\"size\":\"Standard_D2s_v3\",\"max\":%d,\"idle\":1}".formatted(most));
  }

  Answer submit(String name, String line) throws Exception {
    return put(job(name), "{\"cluster\":\"cpu\",\"command\":\"" + line + "\"}");
  }

  static String job(String name) {
    return WORKSPACE + "/jobs/" + name;
  }

  /// Waits until the job is in this phase and answers it.
  Answer awaitJob(String name, String phase) {
    Answer[] last = new Answer[1];
    until(
        name + " is " + phase,
        () -> {
          try {
            last[0] = get(job(name));
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
          return last[0].text("phase").equals(phase);
        });
    return last[0];
  }

  static void until(String what, BooleanSupplier is) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!is.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("after " + PATIENCE + " it is not so that " + what);
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }

  Answer get(String path) throws Exception {
    return send("GET", path, "", "Bearer " + token());
  }

  Answer put(String path, String body) throws Exception {
    return send("PUT", path, body, "Bearer " + token());
  }

  /// Some bytes of a file, as a `Range` header asks for them.
  Answer range(String path, String range) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token())
            .header("Range", range)
            .build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.body(), response.headers());
  }

  Answer put(String path, byte[] body) throws Exception {
    return send("PUT", path, HttpRequest.BodyPublishers.ofByteArray(body), "Bearer " + token());
  }

  Answer send(String method, String path, String body) throws Exception {
    return send(method, path, body, "Bearer " + token());
  }

  /// Without a credential if `authorization` is empty.
  Answer send(String method, String path, String body, String authorization) throws Exception {
    return send(method, path, HttpRequest.BodyPublishers.ofString(body), authorization);
  }

  /// A part of something, as clients of blob stores ask for it, without a credential.
  Answer ranged(String path, String range) throws Exception {
    return sendWith("GET", path, "x-ms-range", range);
  }

  /// With a header, and without a credential.
  Answer sendWith(String method, String path, String header, String value) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
            .timeout(PATIENCE)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header(header, value);
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.body(), response.headers());
  }

  private Answer send(
      String method, String path, HttpRequest.BodyPublisher body, String authorization)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
            .timeout(PATIENCE)
            .method(method, body);
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.body(), response.headers());
  }

  /// The status that a request gets whose every header is ours to choose.
  int rawStatus(String method, String path, String... headers) throws IOException {
    try (Socket socket = connected()) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String text =
          method
              + " "
              + path
              + " HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n"
              + String.join("\r\n", headers)
              + "\r\n\r\n";
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      return Integer.parseInt(new String(line, StandardCharsets.US_ASCII).substring(9));
    }
  }

  private Socket connected() throws IOException {
    if (!scheme.equals("https")) {
      return new Socket(InetAddress.getLoopbackAddress(), port);
    }
    try {
      return trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    } catch (IOException refused) {
      throw refused;
    } catch (Exception unfit) {
      throw new IllegalStateException(unfit);
    }
  }

  /// Ends the server, its agent and what they started.
  @Override
  public void close() {
    kill();
    killAgent();
    giveUpUserNumbers(home());
  }

  /// The next server of the machine would keep clear of them for a month.
  static void giveUpUserNumbers(Path home) {
    Path named = home.resolve("installation");
    if (Files.exists(named)) {
      read(named)
          .lines()
          .filter(id -> id.matches("[0-9a-f]{12}")) // not what a test has torn
          .flatMap(id -> Stream.of(id, id + ".gone"))
          .forEach(
              file -> Path.of("/var/lib/ebb-task-users", file).toFile().delete()); // if it gave any
    }
  }

  /// Ends the agent and what it keeps alive.
  void killAgent() {
    String agent = home().resolve("agent").toString();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      if (process.info().commandLine().orElse("").contains(agent)) {
        List<ProcessHandle> tasks = process.descendants().toList();
        process.destroyForcibly();
        tasks.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  /// How many jobs that have ended have not left memory.
  int endedInMemory() throws Exception {
    int jobs = 0;
    for (String line : get("/metrics").body().lines().toList()) {
      int value = line.lastIndexOf(' ') + 1;
      if (line.startsWith("ebb_jobs_in_memory{")) {
        jobs += (int) Double.parseDouble(line.substring(value));
      } else if (line.startsWith("ebb_jobs{")) {
        jobs -= (int) Double.parseDouble(line.substring(value));
      }
    }
    return jobs;
  }
}
