package ebb.agent;

import ebb.agent.protocol.Refusal;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Starts the agent of a home, so that it outlives whoever started it.
///
/// The JDK's own process launcher closes every descriptor above 2 in the child, so a server's
/// sockets and data files do not leak into the agent (a test holds this). The agent leaves the
/// session by itself. It runs from a copy of its jar, for the original may be replaced by an
/// upgrade while the agent lives on and still loads classes.
public final class AgentLauncher {
  /// Small and frugal: the agent waits nearly all the time. Its own descriptor limit is left as it
  /// is found, for tasks inherit it.
  private static final List<String> FLAGS =
      List.of(
          "-Xms16m",
          "-Xmx192m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          "-XX:-MaxFDLimit",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED");

  /// All of the server's environment that the agent gets. The rest may be secrets, and tasks have
  /// environments of their own anyway.
  private static final List<String> VARIABLES =
      List.of("PATH", "HOME", "USER", "TZ", "TMPDIR", "LD_LIBRARY_PATH");

  /// The log is kept once over when it is longer than this at a start.
  private static final long LOG_BYTES = 4L * 1024 * 1024;

  private static final Duration PAUSE = Duration.ofMillis(10);

  private AgentLauncher() {}

  /// Connects to the agent of a home, and starts one before if there is none. A new agent answers
  /// only after it has stopped what a dead predecessor left, which can take 20 seconds: be patient
  /// for longer than that.
  public static AgentClient connectOrStart(Path home, String installation, Duration patience)
      throws IOException, InterruptedException {
    Optional<AgentClient> running = tryConnect(home, installation);
    if (running.isPresent()) {
      return running.get();
    }
    AgentHome there = new AgentHome(home);
    Process agent = launch(there, installation);
    long deadline = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() - deadline < 0) {
      Optional<AgentClient> client = tryConnect(home, installation);
      if (client.isPresent()) {
        return client.get();
      }
      if (!agent.isAlive() && agent.exitValue() != AgentMain.EX_TAKEN) {
        throw new IOException(
            "the agent ended with code " + agent.exitValue() + "; see " + there.log());
      }
      Thread.sleep(PAUSE);
    }
    throw new IOException("the agent has not answered for " + patience + "; see " + there.log());
  }

  /// Empty if nobody answers; a refusal is an answer.
  private static Optional<AgentClient> tryConnect(Path home, String installation) throws Refusal {
    if (!new AgentHome(home).hasSocket()) {
      return Optional.empty();
    }
    try {
      return Optional.of(AgentClient.connect(home, installation));
    } catch (Refusal e) {
      throw e;
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// Starts an agent and does not wait for it. One that finds another at work ends by itself.
  static Process launch(AgentHome home, String installation) throws IOException {
    home.prepare();
    if (home.log().toFile().length() > LOG_BYTES) {
      Files.move(
          home.log(), home.root().resolve("agent.log.1"), StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(List.of("-cp", code(home).toString(), AgentMain.class.getName()));
    command.addAll(List.of(home.root().toString(), installation));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.root().toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.log().toFile()));
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(VARIABLES);
    // The JDK takes the encoding of file names from here.
    environment.put("LC_ALL", "C.UTF-8");
    return builder.start();
  }

  /// Where the agent's classes are loaded from: a folder as it is, a jar from its copy.
  private static Path code(AgentHome home) throws IOException {
    Path source;
    try {
      source = Path.of(AgentMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("the agent's own classes cannot be found", e);
    }
    return Files.isDirectory(source) ? source : copied(source, home);
  }

  private static Path copied(Path jar, AgentHome home) throws IOException {
    byte[] bytes = Files.readAllBytes(jar);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    Path copy = home.root().resolve("agent-" + Long.toHexString(checksum.getValue()) + ".jar");
    if (!Files.exists(copy)) {
      Path next = Files.createTempFile(home.root(), "agent-", ".jar.next");
      Files.write(next, bytes);
      Files.move(next, copy, StandardCopyOption.ATOMIC_MOVE);
    }
    return copy;
  }
}
