package ebb.app.backend.local;

import ebb.agent.AgentClient;
import ebb.agent.AgentFollower;
import ebb.agent.AgentLauncher;
import ebb.agent.protocol.Listing;
import ebb.agent.protocol.RecordEntry;
import ebb.agent.protocol.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The thread that keeps the line to the agent, starts one if there is none, and reads its record.
///
/// The other thread gets the line only after the record has been read to where it stood: by then
/// everything that an agent did for an earlier life of the server is known here.
final class RecordThread implements Runnable {
  /// A new agent answers after it has stopped what a dead one left, which takes up to 20 seconds,
  /// and the start of a JVM on a busy machine.
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  /// No more than one line in this time, and one attempt at what the disk refuses: whatever is
  /// wrong, it is not tried in a tight loop.
  private static final long PAUSE_MILLIS = 1_000;

  private final Parts parts;
  private final Path agentHome;
  private final RememberedPosition remembered;

  RecordThread(Parts parts, RememberedPosition remembered) {
    this.parts = parts;
    this.agentHome = parts.options().home().resolve("agent");
    this.remembered = remembered;
  }

  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        long beganNanos = System.nanoTime();
        try (AgentClient client = connect()) {
          follow(client);
        } catch (IOException e) {
          lost(e);
        } catch (RuntimeException bug) {
          Log.bug(bug);
        } finally {
          parts.link().down();
        }
        long lastedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
        Thread.sleep(Math.max(0, PAUSE_MILLIS - lastedMillis));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private AgentClient connect() throws InterruptedException {
    String told = "";
    while (true) {
      try {
        parts.options().requireHome();
        return AgentLauncher.connectOrStart(agentHome, parts.options().installation(), PATIENCE);
      } catch (IOException e) {
        String why = String.valueOf(e.getMessage());
        if (!why.equals(told)) {
          Log.say("no agent can be reached or started; it is tried on, nothing is given up", e);
          told = why;
        }
        parts.inventory().outOfSight();
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private static void lost(IOException e) {
    if (!Thread.currentThread().isInterrupted()) {
      Log.say("the line to the agent broke; a new one is made", e);
    }
  }

  private void follow(AgentClient client) throws IOException, InterruptedException {
    Inventory inventory = parts.inventory();
    long after = inventory.begin(client.welcome().agent(), remembered);
    long completeTo = parts.acknowledgements().current();
    Listing listing = client.list();
    inventory.adopt(listing, completeTo);
    try (AgentFollower follower = open(client, after)) {
      boolean up = false;
      while (!Thread.currentThread().isInterrupted()) {
        if (!up && follower.position() >= listing.position()) {
          parts.link().up(client, follower);
          up = true;
        }
        take(client, follower.next(), follower.position());
      }
    }
  }

  /// Here it is the home's disk that fails, not the line: one that is up stays, so that tasks can
  /// be stopped. If it breaks meanwhile, another is made, over which the same entries come again.
  private void take(AgentClient client, List<RecordEntry> entries, long position)
      throws IOException, InterruptedException {
    boolean told = false;
    while (true) {
      try {
        parts.inventory().take(entries, position);
        return;
      } catch (IOException e) {
        if (!told && !Thread.currentThread().isInterrupted()) {
          Log.say("the agent's record cannot be taken in; it is tried on, nothing is lost", e);
          told = true;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
      client.forget(List.of()); // changes nothing, and fails if nobody answers
    }
  }

  private AgentFollower open(AgentClient client, long after) throws IOException {
    try {
      return client.follow(after);
    } catch (Refusal e) {
      if (e.kind() != Refusal.Kind.POSITION) {
        throw e;
      }
      parts.inventory().beginAnew();
      return client.follow(0);
    }
  }
}
