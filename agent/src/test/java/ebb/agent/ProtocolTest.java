package ebb.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.agent.protocol.Answers;
import ebb.agent.protocol.Frame;
import ebb.agent.protocol.FrameChannel;
import ebb.agent.protocol.FrameKind;
import ebb.agent.protocol.Refusal;
import ebb.agent.protocol.Requests;
import ebb.agent.protocol.StartVerdict;
import ebb.agent.protocol.TaskOrder;
import ebb.agent.protocol.Welcome;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may speak with an agent, in which version, and what a stranger is told.
class ProtocolTest {
  @TempDir static Path home;
  static RunningAgent agent;

  @BeforeAll
  static void begin() throws Exception {
    agent = new RunningAgent(home);
  }

  @AfterAll
  static void end() throws Exception {
    agent.close();
  }

  @Test
  void homeAndSocketArePrivate() throws Exception {
    assertThat(mode(home)).isEqualTo("rwx------");
    assertThat(mode(home.resolve("agent.sock"))).isEqualTo("rw-------");
    assertThat(mode(home.resolve("agent.record"))).isEqualTo("rw-------");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void newerServerSpeaksTheAgentsVersion() throws Exception {
    Frame answer = greet(new Requests.Hello(2, 9, RunningAgent.INSTALLATION).frame());
    Welcome welcome = Answers.readWelcome(answer);
    assertThat(welcome.version()).isEqualTo(2);
    assertThat(welcome.pid()).isEqualTo(agent.pid());
  }

  @Test
  void serverThatIsTooNewIsToldBothRanges() throws Exception {
    Frame answer = greet(new Requests.Hello(5, 9, RunningAgent.INSTALLATION).frame());
    Refusal refusal = Answers.readRefusal(answer);
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.VERSION);
    assertThat(refusal).hasMessage("the agent speaks versions 2 to 2 of the protocol, not 5 to 9");
  }

  @Test
  void homeServesOneInstallation() {
    assertThatThrownBy(() -> AgentClient.connect(home, "somebody-else"))
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.kind()).isEqualTo(Refusal.Kind.INSTALLATION))
        .hasMessageContaining("'test-installation', not 'somebody-else'");
  }

  @Test
  void strangerIsToldSoAndShownOut() throws Exception {
    try (SocketChannel channel = raw()) {
      channel.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes("US-ASCII")));
      FrameChannel frames = new FrameChannel(channel);
      assertThat(Answers.readRefusal(frames.receive()).kind()).isEqualTo(Refusal.Kind.MALFORMED);
      assertThatThrownBy(frames::receive).isInstanceOf(EOFException.class);
    }
    assertThat(agent.client().list().position()).isPositive();
  }

  @Test
  void damagedRequestHarmsNobody() throws Exception {
    try (SocketChannel channel = raw()) {
      FrameChannel frames = new FrameChannel(channel);
      frames.send(new Requests.Hello(2, 2, RunningAgent.INSTALLATION).frame());
      frames.receive();
      byte[] lie = HexFormat.of().parseHex("7fffffff0000000161");
      frames.send(new Frame(FrameKind.START, ByteBuffer.wrap(lie)));
      assertThat(Answers.readRefusal(frames.receive()).kind()).isEqualTo(Refusal.Kind.MALFORMED);
    }
    assertThat(agent.client().list().position()).isPositive();
  }

  /// Bytes that version 2 sends: every later agent must take them for the same.
  @Test
  void bytesOfVersionTwoAreUnderstood() throws Exception {
    byte[] hello =
        HexFormat.of()
            .parseHex(
                "0000002201"
                    + "45424241"
                    + "00000002"
                    + "00000002"
                    + "00000011"
                    + HexFormat.of().formatHex("test-installation".getBytes("US-ASCII"))
                    + "");
    hello[3] = (byte) (hello.length - 4);
    try (SocketChannel channel = raw()) {
      channel.write(ByteBuffer.wrap(hello));
      FrameChannel frames = new FrameChannel(channel);
      assertThat(frames.receive().kind()).isEqualTo(FrameKind.WELCOME);
      channel.write(ByteBuffer.wrap(HexFormat.of().parseHex("0000000106")));
      assertThat(Answers.readListing(frames.receive()).position()).isPositive();
      channel.write(ByteBuffer.wrap(HexFormat.of().parseHex("0000000904" + "0000000000000000")));
      assertThat(frames.receive().kind()).isEqualTo(FrameKind.DONE);
      assertThat(frames.receive().kind()).isEqualTo(FrameKind.ENTRIES);
    }
  }

  @Test
  void orderKeepsItsMeaningOnTheWire() throws Exception {
    TaskOrder order =
        new TaskOrder(
            "täsk",
            List.of("sh", "-c", "", "ü"),
            Map.of("A", "1", "B", ""),
            Path.of("/w"),
            new TaskOrder.Output(Path.of("/o"), Path.of("/e"), 5),
            Duration.ofMillis(7),
            Duration.ofMillis(8),
            List.of(Path.of("/g")),
            true);
    assertThat(Requests.readStart(Requests.start(List.of(order)))).containsExactly(order);
    assertThat(order.toString()).isEqualTo("TaskOrder[täsk in /w]");
  }

  @Test
  void followingWhatIsNotThereIsRefused() {
    assertThatThrownBy(() -> agent.client().follow(1_000_000_000))
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.kind()).isEqualTo(Refusal.Kind.POSITION));
  }

  @Test
  void endedTaskIsKnownUntilItsAcknowledgedEndIsForgotten() throws Exception {
    agent.run("once", "true");
    assertThat(agent.client().forget(List.of("once", "unheard-of"))).containsExactly("once");
    agent.client().acknowledge(agent.client().list().position());
    assertThat(agent.client().list().ended()).contains("once");
    assertThat(agent.start(agent.order("once", "true"))).isEqualTo(StartVerdict.Kind.KNOWN);
    assertThat(agent.client().forget(List.of("once"))).isEmpty();
    assertThat(agent.client().list().ended()).doesNotContain("once");
    assertThat(agent.start(agent.order("once", "true"))).isEqualTo(StartVerdict.Kind.CLAIMED);
  }

  @Test
  void homeWithALongPathIsServedToo() throws Exception {
    Path deep = Files.createDirectory(home.resolve("x".repeat(100))).resolve("y".repeat(100));
    try (RunningAgent there = new RunningAgent(deep)) {
      assertThat(there.run("deep", "exit 6").status().shellCode()).isEqualTo(6);
      assertThat(deep.resolve("agent.sock")).exists();
    }
  }

  private static Frame greet(Frame hello) throws IOException {
    try (SocketChannel channel = raw()) {
      FrameChannel frames = new FrameChannel(channel);
      frames.send(hello);
      Frame answer = frames.receive();
      return new Frame(
          answer.kind(), ByteBuffer.allocate(answer.body().remaining()).put(answer.body()).flip());
    }
  }

  private static SocketChannel raw() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(home.resolve("agent.sock")));
  }
}
