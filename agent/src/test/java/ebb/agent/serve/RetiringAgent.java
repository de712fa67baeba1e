package ebb.agent.serve;

import ebb.agent.record.RecordFile;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/// An agent of a folder that nobody needs, to whom each look at its clock is half an hour later,
/// and whose record cannot be closed: the file is closed already, as on a disk that is gone.
final class RetiringAgent {
  private RetiringAgent() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Path.of(arguments[0]);
    AtomicLong nanos = new AtomicLong();
    AgentTime time =
        new AgentTime(
            InstantSource.system(), () -> nanos.addAndGet(Duration.ofMinutes(30).toNanos()));
    RecordFile.Opened opened = RecordFile.open(folder.resolve("agent.record"), "boot", time.wall());
    Agent agent =
        new Agent(opened.file(), opened.tasks(), time, new AgentLog(System.out, time.wall()));
    opened.file().close();
    ServerSocketChannel socket =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
    new Door(socket, agent, new PeerCheck(folder)).serve();
  }
}
