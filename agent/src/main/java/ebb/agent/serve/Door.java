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

  /// Accepts until the socket is closed.
  public void serve() throws IOException {
    Thread.ofPlatform().name("door-watch").daemon().start(this::watch);
    while (socket.isOpen()) {
      SocketChannel channel = socket.accept();
      FrameChannel frames = new FrameChannel(channel);
      if (!peers.mayTalk(channel)) {
        agent.log().say("a connection of another user was refused");
        channel.close();
      } else if (open.size() >= CONNECTIONS_MAX) {
        refuse(frames);
      } else {
        converse(frames);
      }
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
    open.add(conversation);
    agent
        .thread(
            "conversation",
            () -> {
              try {
                conversation.run();
              } finally {
                open.remove(conversation);
              }
            })
        .start();
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
