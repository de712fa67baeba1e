package ebb.app.cli;

import ebb.app.config.Config;
import ebb.app.config.ConfigRefused;
import ebb.app.files.HomeFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The server of a home: whether one runs, and how a client starts one where none does, as an
/// embedded database would. It outlives the client, and whoever started it can stop it with `ebb
/// serve --stop`.
final class OwnServer {
  /// The launcher says where it is: it knows how a server's JVM is started.
  private static final String LAUNCHER = System.getProperty("ebb.launcher", "");

  /// A long journal is read again at the start.
  private static final long START_MILLIS = 120_000;

  /// A last snapshot of a large state takes seconds.
  private static final long END_MILLIS = 60_000;

  private static final long POLL_MILLIS = 50;

  private static final String START_LOCK = "start.lock";

  private final Path home;

  OwnServer(Path home) {
    this.home = home;
  }

  Path log() {
    return home.resolve("server.log");
  }

  /// A server's process and where it said that it listens.
  private record Found(ProcessHandle process, JsonNode address) {
    boolean accepts() {
      URI url = URI.create(address.path("url").asString());
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
        return socket.isConnected();
      } catch (IOException refused) {
        return false;
      }
    }
  }

  /// The process that wrote where it listens, if it lives. A process of the same number that began
  /// after the file was written is another.
  private Optional<Found> found() {
    Path file = home.resolve("server.json");
    try {
      JsonNode address = Connection.JSON.readTree(Files.readAllBytes(file));
      if (isOfAnotherHome(address)) {
        return Optional.empty();
      }
      Instant written = Files.getLastModifiedTime(file).toInstant();
      return ProcessHandle.of(address.path("pid").asLong(-1))
          .filter(ProcessHandle::isAlive)
          .filter(process ->
              process.info().startInstant().filter(began -> began.isBefore(written)).isPresent())
          .map(process -> new Found(process, address));
    } catch (IOException | JacksonException absent) {
      return Optional.empty();
    }
  }

  /// The file came with a copy of the folder: the server is the original's.
  private boolean isOfAnotherHome(JsonNode address) throws IOException {
    long inode = address.path("home").asLong(0);
    return inode != 0 && !Files.getAttribute(home, "unix:ino").equals(inode);
  }

  /// Whether the process that wrote where it listens lives, though it may not answer.
  boolean isAlive() {
    return found().isPresent();
  }

  /// Where the running server listens; null if none runs, or it is about to end.
  @Nullable JsonNode running() {
    return found().filter(Found::accepts).map(Found::address).orElse(null);
  }

  /// The server that holds the home's lock, whether or not it listens yet: the file names it, and
  /// it has the file open. A copy of the file, or a process that got the number later, has not.
  private Optional<ProcessHandle> holder() {
    try {
      Path lock = home.resolve("home.lock").toRealPath();
      String pid = Files.readString(lock).strip();
      if (!pid.matches("[0-9]{1,18}")) {
        return Optional.empty();
      }
      try (Stream<Path> open = Files.list(Path.of("/proc", pid, "fd"))) {
        return open.anyMatch(each -> lock.equals(target(each)))
            ? ProcessHandle.of(Long.parseLong(pid))
            : Optional.empty();
      }
    } catch (IOException | UncheckedIOException none) {
      return Optional.empty();
    }
  }

  private static @Nullable Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException closed) {
      return null;
    }
  }

  /// Where the server listens, for a client that starts none: it waits for whoever does; null if
  /// nobody does.
  @Nullable JsonNode awaited() {
    awaitStarter();
    return awaitOther();
  }

  /// Waits while another client starts a server: it holds a lock until that is there.
  private void awaitStarter() {
    try (FileChannel channel = FileChannel.open(home.resolve(START_LOCK), StandardOpenOption.READ);
        FileLock _ = channel.lock(0, Long.MAX_VALUE, true)) {
      return; // nobody holds it any more
    } catch (IOException nobody) {
      return; // no client has ever started one here
    }
  }

  /// Where a server listens that somebody else is starting; null if nobody is, or it ended.
  private @Nullable JsonNode awaitOther() {
    Progress progress = new Progress("waiting for the server that starts");
    long until = System.currentTimeMillis() + START_MILLIS;
    JsonNode address = running();
    while (address == null && holder().isPresent()) {
      if (System.currentTimeMillis() > until) {
        throw Failed.refused(
            "ServerUnreachable",
            "process %d holds %s and does not answer after two minutes: see its log, or end it."
                .formatted(holder().map(ProcessHandle::pid).orElse(-1L), home));
      }
      progress.pause(POLL_MILLIS);
      address = running();
    }
    progress.end();
    return address;
  }

  /// Waits until a server that does not answer any more has ended: the home is locked until then.
  private void awaitEnd() {
    Progress progress = new Progress("waiting for the end of the server before");
    long until = System.currentTimeMillis() + END_MILLIS;
    while (found().isPresent()) {
      if (System.currentTimeMillis() > until) {
        throw Failed.refused(
            "ServerUnreachable",
            "the server of %s lives and does not answer: its log is %s; 'ebb serve --stop' ends it."
                .formatted(home, log()));
      }
      progress.pause(POLL_MILLIS);
    }
    progress.end();
  }

  static boolean canStart() {
    return !LAUNCHER.isEmpty();
  }

  static Path launcher() {
    if (!canStart()) {
      throw Failed.refused("NoLauncher", "only ./ebb can start a server: use it.");
    }
    return Path.of(LAUNCHER);
  }

  /// Starts one, unless another client has meanwhile: the first holds a lock until it is there.
  ///
  /// @param settings `KEY=VALUE` of docs/config.md
  JsonNode start(String... settings) {
    try {
      String refusal = HomeFolder.refusal(home);
      if (refusal != null) {
        throw Failed.refused("ServerNotStarted", refusal);
      }
      if (!Files.isDirectory(home)) {
        Files.createDirectories(
            home,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Path lock = home.resolve(START_LOCK);
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        JsonNode other = running();
        return other == null ? startAlone(settings) : other;
      }
    } catch (IOException failure) {
      throw Failed.refused("ServerNotStarted", home + ": " + failure.getMessage() + ".");
    }
  }

  private JsonNode startAlone(String... settings) throws IOException {
    awaitEnd();
    JsonNode other = awaitOther();
    if (other != null) {
      return other;
    }
    System.err.println(
        "ebb: no server runs on " + home + ": starting one (its log: " + log() + ")");
    JsonNode address = isFree(port()) ? launched(List.of(), settings) : null;
    if (address == null) {
      address = awaitOther(); // somebody who began at the same moment was first
    }
    if (address == null && !isFree(port())) {
      // Also where another server took the port after it was looked at.
      address = launched(List.of("--port", "0"), settings);
      if (address != null) {
        System.err.printf(
            "ebb: somebody else has port %d: the server listens on %s until it is started again%n",
            port(), address.path("url").asString());
      }
      if (address == null) {
        address = awaitOther();
      }
    }
    if (address == null) {
      throw Failed.refused("ServerNotStarted", "the server ended at once: " + lastLine());
    }
    return address;
  }

  /// Where a server listens that was started with these options; null if it ended at once.
  private @Nullable JsonNode launched(List<String> options, String... settings) throws IOException {
    // A session of its own: Ctrl-C at the client's terminal is not meant for it.
    List<String> command =
        new ArrayList<>(List.of("setsid", LAUNCHER, "serve", "--home", home.toString()));
    command.addAll(List.of("--set", "host.personal=true"));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    command.addAll(options);
    Process starting =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .redirectErrorStream(true)
            .start();
    Progress progress = new Progress("starting the server");
    long until = System.currentTimeMillis() + START_MILLIS;
    JsonNode address = running();
    while (address == null) {
      if (!starting.isAlive()) {
        return null;
      }
      if (System.currentTimeMillis() > until) {
        throw Failed.refused(
            "ServerNotStarted", "the server is not there after two minutes: see " + log() + ".");
      }
      progress.pause(POLL_MILLIS);
      address = running();
    }
    progress.end();
    return address;
  }

  /// Asks the running server to stop and waits until it has; jobs go on.
  void stop() {
    Found server =
        found()
            .orElseThrow(
                () -> new Failed("NoServer", "no server runs on " + home + ".", Failed.ABSENT));
    server.process().destroy();
    awaitEnd();
  }

  /// As `kill -9` does it.
  void kill() {
    found().ifPresent(server -> server.process().destroyForcibly());
    awaitEnd();
  }

  /// Stops the server, and with it the agent and whatever that still keeps alive.
  void end() {
    if (found().isPresent()) {
      stop();
    }
    String agent = home.resolve("agent").toString();
    ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(agent))
        .forEach(ProcessHandle::destroy);
  }

  private String lastLine() throws IOException {
    List<String> lines = Files.readAllLines(log());
    return lines.isEmpty() ? "it said nothing." : lines.getLast();
  }

  /// The port that the home's configuration names.
  private int port() {
    try {
      return Config.read(home.resolve(Config.FILE), Map.of()).http().port();
    } catch (ConfigRefused unfit) {
      throw Failed.refused("ServerNotStarted", String.valueOf(unfit.getMessage()));
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
