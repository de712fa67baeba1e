package ebb.agent;

import ebb.agent.posix.CannotLook;
import ebb.agent.posix.ProcessTable;
import ebb.agent.posix.Processes;
import ebb.agent.record.RecordFile;
import ebb.agent.serve.Aftermath;
import ebb.agent.serve.Agent;
import ebb.agent.serve.AgentLog;
import ebb.agent.serve.AgentTime;
import ebb.agent.serve.Door;
import ebb.agent.serve.PeerCheck;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Optional;

/// The agent's program: `java … ebb.agent.AgentMain HOME INSTALLATION`.
///
/// Read [#main] from top to bottom: be alone, be independent, read what was, clear what a
/// predecessor left, and only then let servers in.
public final class AgentMain {
  private static final int EX_USAGE = 64;
  private static final int EX_FAILED = 1;

  /// Another agent has the home. The launcher takes it for a reason to try the socket again.
  static final int EX_TAKEN = 75;

  private static final int PRIVATE_UMASK = 0077;

  private AgentMain() {}

  public static void main(String[] arguments) {
    if (arguments.length != 2) {
      System.err.println("usage: ebb.agent.AgentMain HOME INSTALLATION");
      System.exit(EX_USAGE);
    }
    AgentLog log = new AgentLog(System.out, InstantSource.system());
    try {
      run(new AgentHome(Path.of(arguments[0])), arguments[1], log);
    } catch (IOException | UnsupportedOperationException | CannotLook e) {
      log.say("the agent cannot run: " + e.getMessage());
      System.exit(EX_FAILED);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void run(AgentHome home, String installation, AgentLog log)
      throws IOException, InterruptedException {
    // Whoever starts it has made the folder: one that is gone by now is not made again.
    Optional<FileLock> lock = lock(home);
    if (lock.isEmpty()) {
      log.say("an agent serves " + home.root() + " already: pid " + holder(home));
      System.exit(EX_TAKEN);
    }
    if (!Processes.leaveSession()) {
      log.say("this process leads a group and stays in its session: start it with setsid");
    }
    int umask = Processes.umask(PRIVATE_UMASK);
    AgentTime time = new AgentTime(InstantSource.system(), System::nanoTime);
    String bootId = ProcessTable.bootId();
    RecordFile.Opened opened = RecordFile.open(home.record(), bootId, time.wall());
    opened.notice().ifPresent(log::say);
    refuseOthers(opened.tasks().installation(), installation, home);
    int lost = new Aftermath(opened.file(), opened.tasks(), bootId, time, log).clear();
    Files.deleteIfExists(home.socket());
    ServerSocketChannel socket = home.atSocket(AgentMain::listen);
    Files.setPosixFilePermissions(home.socket(), PosixFilePermissions.fromString("rw-------"));
    Processes.umask(umask);
    Agent agent = new Agent(opened.file(), opened.tasks(), time, log);
    agent.begin();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> endTidily(agent, log)));
    log.say(
        "serving "
            + home.root()
            + " as pid "
            + ProcessHandle.current().pid()
            + "; "
            + lost
            + " tasks of a dead predecessor are lost");
    new Door(socket, agent, new PeerCheck(home.root())).serve();
  }

  /// Before anything is stopped: the record of a copied home names processes that the original's
  /// agent keeps.
  private static void refuseOthers(String recorded, String installation, AgentHome home)
      throws IOException {
    if (!recorded.isEmpty() && !recorded.equals(installation)) {
      throw new IOException(
          home.record()
              + " is of the installation "
              + recorded
              + ", not of "
              + installation
              + ": if the home is a copy, move this folder away and start again");
    }
  }

  private static ServerSocketChannel listen(UnixDomainSocketAddress address) throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
  }

  /// SIGTERM to the agent, as when the machine goes down: every tree gets its grace, and the record
  /// says that this was not the tasks' doing.
  private static void endTidily(Agent agent, AgentLog log) {
    try {
      agent.end(true);
    } catch (IOException e) {
      log.say("the record could not be closed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// A lock of the kernel's: it goes with the process, however that ends, and children do not
  /// inherit it. The file stays open for as long as the agent lives.
  private static Optional<FileLock> lock(AgentHome home) throws IOException {
    FileChannel file =
        FileChannel.open(home.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    Optional<FileLock> lock = Optional.ofNullable(file.tryLock());
    if (lock.isPresent()) {
      file.truncate(0);
      String pid = ProcessHandle.current().pid() + "\n";
      file.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
    }
    return lock;
  }

  private static String holder(AgentHome home) throws IOException {
    return Files.readString(home.lock()).strip();
  }
}
