package ebb.agent.serve;

import ebb.agent.protocol.Answers;
import ebb.agent.protocol.Frame;
import ebb.agent.protocol.FrameChannel;
import ebb.agent.protocol.FrameKind;
import ebb.agent.protocol.MalformedFrame;
import ebb.agent.protocol.ProtocolVersions;
import ebb.agent.protocol.Refusal;
import ebb.agent.protocol.Requests;
import ebb.agent.protocol.Welcome;
import ebb.agent.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;

/// One connection: a hello, then a request and its answer at a time, until it becomes a stream of
/// entries or is closed. Nothing in it outlives it: tasks do not notice when a server goes.
final class Conversation implements Runnable {
  /// An idle stream says that it is alive; a follower that hears nothing for several of these knows
  /// that the agent is not.
  private static final long HEARTBEAT_MILLIS = 5_000;

  private final FrameChannel frames;
  private final Agent agent;
  private final TaskTable table;
  private final long helloByNanos;
  private volatile boolean greeted;

  Conversation(FrameChannel frames, Agent agent, long helloByNanos) {
    this.frames = frames;
    this.agent = agent;
    this.table = agent.table();
    this.helloByNanos = helloByNanos;
  }

  @Override
  public void run() {
    try (frames) {
      try {
        greet();
        while (true) {
          converse(frames.receive());
        }
      } catch (MalformedFrame e) {
        refuse(new Refusal(Refusal.Kind.MALFORMED, String.valueOf(e.getMessage())));
      } catch (Refusal e) {
        refuse(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // A bug that one request met must not take every task along.
      agent.log().say("a connection was closed for a bug: " + e);
    } catch (IOException e) {
      return; // The other side is gone, which is its right.
    }
  }

  void closeIfSilent(long nowNanos) {
    if (!greeted && nowNanos - helloByNanos > 0) {
      try {
        frames.close();
      } catch (IOException e) {
        agent.log().say("a silent connection would not close: " + e.getMessage());
      }
    }
  }

  private void greet() throws IOException {
    Requests.Hello hello = Requests.Hello.read(frames.receive());
    int version = ProtocolVersions.agree(hello.versionMin(), hello.versionMax());
    if (hello.installation().isEmpty() || !agent.serves(hello.installation())) {
      throw new Refusal(
          Refusal.Kind.INSTALLATION,
          "this home serves the installation '"
              + agent.installation()
              + "', not '"
              + hello.installation()
              + "'");
    }
    greeted = true;
    int pid = (int) ProcessHandle.current().pid();
    long position = table.record.position();
    frames.send(
        Answers.welcome(new Welcome(version, table.record.agent(), agent.bootId(), pid, position)));
  }

  /// A refusal is an answer like any other: the conversation goes on.
  private void converse(Frame request) throws IOException, InterruptedException {
    try {
      answer(request);
    } catch (Refusal e) {
      refuse(e);
    }
  }

  private void answer(Frame request) throws IOException, InterruptedException {
    switch (request.kind()) {
      case START -> frames.send(Answers.starts(table.start(Requests.readStart(request))));
      case STOP -> {
        Requests.Stop stop = Requests.Stop.read(request);
        frames.send(Answers.stops(table.stop(stop.tasks(), stop.grace())));
      }
      case FOLLOW -> stream(Requests.readPosition(request));
      case ACKNOWLEDGE -> {
        table.acknowledge(Requests.readPosition(request));
        frames.send(Frame.empty(FrameKind.DONE));
      }
      case LIST -> frames.send(Answers.listing(table.list()));
      case FORGET ->
          frames.send(
              Requests.tasks(FrameKind.NOT_FORGOTTEN, table.forget(Requests.readTasks(request))));
      case SHUTDOWN -> shutdown(Requests.readShutdown(request));
      case HELLO, WELCOME, STARTS, STOPS, ENTRIES, DONE, LISTING, NOT_FORGOTTEN, REFUSAL ->
          throw new MalformedFrame(request.kind() + " is no request");
    }
  }

  private void stream(long after) throws IOException {
    long end = table.record.position();
    if (after < 0 || after > end) {
      throw new Refusal(
          Refusal.Kind.POSITION, "the record ends at " + end + "; there is nothing after " + after);
    }
    frames.send(Frame.empty(FrameKind.DONE));
    RecordCursor cursor = table.record.after(after);
    while (true) {
      ByteBuffer entries = cursor.next(HEARTBEAT_MILLIS);
      frames.send(new Frame(FrameKind.ENTRIES, entries));
    }
  }

  private void shutdown(boolean stopTasks) throws IOException, InterruptedException {
    if (!agent.end(stopTasks)) {
      throw new Refusal(
          Refusal.Kind.TASKS_LIVE, "tasks live, and the request does not say to stop them");
    }
    frames.send(Frame.empty(FrameKind.DONE));
    agent.leave();
  }

  private void refuse(Refusal refusal) throws IOException {
    frames.send(Answers.refusal(refusal));
  }
}
