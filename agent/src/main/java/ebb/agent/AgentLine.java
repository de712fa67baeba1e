package ebb.agent;

import ebb.agent.protocol.Answers;
import ebb.agent.protocol.Frame;
import ebb.agent.protocol.FrameChannel;
import ebb.agent.protocol.FrameKind;
import ebb.agent.protocol.MalformedFrame;
import ebb.agent.protocol.ProtocolVersions;
import ebb.agent.protocol.Requests;
import ebb.agent.protocol.Welcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Callable;

/// A greeted connection to an agent, with an end to every wait: a read on a socket has none of its
/// own, so a watch closes the socket when an answer is overdue, which ends the read.
final class AgentLine implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// For a shutdown that stops tasks: the agent itself gives up before that.
  private static final Duration SHUTDOWN_PATIENCE = Duration.ofMinutes(11);

  private static final Duration WATCH_PAUSE = Duration.ofSeconds(1);
  private static final long NOT_WAITING = Long.MAX_VALUE;

  private final FrameChannel frames;
  private final Welcome welcome;
  private volatile long waitingSinceNanos = NOT_WAITING;
  private volatile Duration patience = PATIENCE;
  private volatile boolean overdue;
  private volatile boolean closed;

  /// Without a greeting there is no line: its watch would wait for ever, and keep its buffer.
  private AgentLine(FrameChannel frames, String installation) throws IOException {
    this.frames = frames;
    Thread.ofVirtual().name("agent-line-watch").start(this::watch);
    Requests.Hello hello =
        new Requests.Hello(ProtocolVersions.MIN, ProtocolVersions.MAX, installation);
    try {
      this.welcome = Answers.readWelcome(ask(hello.frame(), FrameKind.WELCOME));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  static AgentLine open(AgentHome home, String installation) throws IOException {
    return new AgentLine(new FrameChannel(home.atSocket(SocketChannel::open)), installation);
  }

  Welcome welcome() {
    return welcome;
  }

  /// Sends a request and waits for its answer. The answer is a copy and stays valid.
  Frame ask(Frame request, FrameKind expected) throws IOException {
    return timed(() -> {
      frames.send(request);
      return expect(expected);
    });
  }

  Frame askPatiently(Frame request, FrameKind expected) throws IOException {
    patience = SHUTDOWN_PATIENCE;
    try {
      return ask(request, expected);
    } finally {
      patience = PATIENCE;
    }
  }

  /// Waits for a frame that the agent sends unasked.
  Frame receive(FrameKind expected) throws IOException {
    return timed(() -> expect(expected));
  }

  private Frame expect(FrameKind expected) throws IOException {
    Frame answer = frames.receive();
    if (answer.kind() == FrameKind.REFUSAL) {
      throw Answers.readRefusal(answer);
    }
    if (answer.kind() != expected) {
      throw new MalformedFrame(expected + " was expected, " + answer.kind() + " came");
    }
    ByteBuffer copy = ByteBuffer.allocate(answer.body().remaining()).put(answer.body()).flip();
    return new Frame(expected, copy);
  }

  private Frame timed(Callable<Frame> wait) throws IOException {
    waitingSinceNanos = System.nanoTime();
    try {
      return wait.call();
    } catch (IOException e) {
      if (overdue) {
        throw new IOException("the agent has not answered for " + patience, e);
      }
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      waitingSinceNanos = NOT_WAITING;
    }
  }

  private void watch() {
    try {
      while (!closed) {
        Thread.sleep(WATCH_PAUSE);
        long since = waitingSinceNanos;
        if (since != NOT_WAITING && System.nanoTime() - since > patience.toNanos()) {
          overdue = true;
          frames.close();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      overdue = true;
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    frames.close();
  }
}
