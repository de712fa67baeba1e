package ebb.agent.serve;

import ebb.agent.protocol.Answers;
import ebb.agent.protocol.FrameChannel;
import ebb.agent.protocol.Refusal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Lets servers in: one thread for each connection, and not too many of them.
public final class Door implements Closeable {
  /// A server needs two connections; some more are tools, and the old server beside the new one.
  private static final int CONNECTIONS_MAX = 64;

  /// Whoever connects and says nothing is shown out.
  private static final long HELLO_NANOS = 10_000_000_000L;

  /// After one that could not be let in: short, for a server waits, and no tight loop.
  private static final long PAUSE_MILLIS = 200;

  private final ServerSocketChannel socket;
  private final Agent agent;
  private final PeerCheck peers;
  private final Retirement retirement;
  private final Set<Conversation> open = ConcurrentHashMap.newKeySet();

  public Door(ServerSocketChannel socket, Agent agent, PeerCheck peers) {
    this.socket = socket;
    this.agent = agent;
    this.peers = peers;
    this.retirement = new Retirement(agent.table().time);
  }

  /// Accepts until the socket is closed. A machine that has no descriptor, memory or thread left
  /// keeps servers out for a while; that is no reason to end every task.
  public void serve() throws InterruptedException {
    Thread.ofPlatform().name("door-watch").daemon().start(this::watch);
    String told = "";
    while (socket.isOpen()) {
      try {
        letIn();
        told = "";
      } catch (IOException | OutOfMemoryError e) {
        String why = String.valueOf(e.getMessage());
        if (socket.isOpen() && !why.equals(told)) {
          agent.log().say("nobody can be let in; it is tried on: " + why);
          told = why;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private void letIn() throws IOException {
    SocketChannel channel = socket.accept();
    try {
      FrameChannel frames = new FrameChannel(channel);
      if (!peers.mayTalk(channel)) {
        agent.log().say("a connection of another user was refused");
        channel.close();
      } else if (open.size() >= CONNECTIONS_MAX) {
        refuse(frames);
      } else {
        converse(frames);
      }
    } catch (IOException | OutOfMemoryError e) {
      channel.close();
      throw e;
    }
  }

  private static void refuse(FrameChannel frames) throws IOException {
    try (frames) {
      String why = "the agent has " + CONNECTIONS_MAX + " connections already";
      frames.send(Answers.refusal(new Refusal(Refusal.Kind.BUSY, why)));
    } catch (IOException e) {
      return;
    }
  }

  private void converse(FrameChannel frames) {
    Conversation conversation =
        new Conversation(frames, agent, agent.table().time.nanoTime() + HELLO_NANOS);
    Thread thread =
        agent.thread(
            "conversation",
            () -> {
              try {
                conversation.run();
              } finally {
                open.remove(conversation);
              }
            });
    open.add(conversation);
    try {
      thread.start();
    } catch (OutOfMemoryError e) { // The machine has no thread left.
      open.remove(conversation);
      throw e;
    }
  }

  private void watch() {
    try {
      while (socket.isOpen()) {
        Thread.sleep(1_000);
        long now = agent.table().time.nanoTime();
        open.forEach(conversation -> conversation.closeIfSilent(now));
        if (retirement.isDue(!open.isEmpty() || agent.table().isNeeded())) {
          retire();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Leaves also if the record cannot be closed: by then no task lives and none is taken any more,
  /// and an agent that stayed would keep the next one out.
  private void retire() throws InterruptedException {
    try {
      if (!agent.end(false)) {
        return;
      }
    } catch (IOException e) {
      agent.log().say("the record could not be closed: " + e.getMessage());
    }
    agent.leave();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
