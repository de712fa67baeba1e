package ebb.app.backend.local;

import ebb.agent.AgentClient;
import ebb.agent.protocol.Refusal;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The line to the agent as the two threads share it: one keeps it up, the other waits for it and
/// says when it broke.
final class AgentLink {
  /// A question to the agent.
  interface Question<R> {
    R ask(AgentClient client) throws IOException;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable AgentClient client;
  private @Nullable AutoCloseable follower;

  /// The line is up and the record has been read to its end.
  void up(AgentClient newClient, AutoCloseable newFollower) {
    lock.lock();
    try {
      client = newClient;
      follower = newFollower;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void down() {
    lock.lock();
    try {
      client = null;
      follower = null;
    } finally {
      lock.unlock();
    }
  }

  /// Whether a question would be asked at once.
  boolean isUp() {
    lock.lock();
    try {
      return client != null;
    } finally {
      lock.unlock();
    }
  }

  /// Asks until there is an answer, over as many lines as it takes: every question is idempotent. A
  /// refusal is an answer.
  <R> R ask(Question<R> question) throws InterruptedException, Refusal {
    while (true) {
      AgentClient line = await();
      try {
        return question.ask(line);
      } catch (Refusal e) {
        throw e;
      } catch (IOException e) {
        broken(line);
      }
    }
  }

  /// The agent, as soon as there is one.
  AgentClient await() throws InterruptedException {
    lock.lock();
    try {
      while (client == null) {
        changed.await();
      }
      return client;
    } finally {
      lock.unlock();
    }
  }

  /// Ends the follower's wait too, so that its thread makes a new line.
  private void broken(AgentClient line) {
    AutoCloseable waiting = null;
    lock.lock();
    try {
      if (client == line) {
        waiting = follower;
        client = null;
        follower = null;
      }
    } finally {
      lock.unlock();
    }
    close(line);
    close(waiting);
  }

  /// Closes what is open, so that both threads see their line end.
  void close() {
    lock.lock();
    try {
      close(client);
      close(follower);
    } finally {
      lock.unlock();
    }
    down();
  }

  private static void close(@Nullable AutoCloseable line) {
    try {
      if (line != null) {
        line.close();
      }
    } catch (Exception e) {
      Log.say("a line to the agent would not close", e);
    }
  }
}
