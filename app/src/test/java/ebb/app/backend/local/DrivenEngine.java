package ebb.app.backend.local;

import ebb.kernel.State;
import ebb.kernel.engine.Batch;
import ebb.kernel.engine.Engine;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.VmSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// The unmodified engine on one thread with a journal in memory, in front of the local backend.
final class DrivenEngine implements AutoCloseable {
  static final Scope WORKSPACE = Scope.workspace("sub", "group", "one");
  static final String CLUSTER = "alpha";
  private static final Actor OWNER = new Actor("owner", "", "");
  private static final long WAIT_MILLIS_MAX = 1_000;

  private final List<Batch> journal = new ArrayList<>();
  private final AtomicInteger ended = new AtomicInteger();
  final List<String> incidents = new CopyOnWriteArrayList<>();
  final ServerStandIn server;
  private final State state = new State();
  private final BlockingQueue<Engine.Request> requests = new LinkedBlockingQueue<>();
  private final Engine engine;
  private final Thread thread;

  DrivenEngine(Path home, int nodesMax, long idleMillis) throws Exception {
    server = new ServerStandIn(home, this::take);
    engine =
        new Engine(
            state,
            this::append,
            (_, _) -> {},
            server.backend,
            (_, what, bug) -> incidents.add(what + ": " + bug));
    thread = Thread.ofPlatform().name("engine").daemon().unstarted(this::run);
    long now = System.currentTimeMillis();
    requests.add(report(new Command.StartServer("loop", 1, now, OWNER.principal(), false)));
    thread.start();
    server.backend.begin();
    wish(new Command.ChangeSizes(List.of(new VmSize("size", "family", 1, 64, 0))));
    wish(new Command.PutWorkspace(WORKSPACE, "eastus"));
    wish(
        new Command.PutCluster(
            WORKSPACE,
            CLUSTER,
            new ClusterSpec(
                "size",
                Priority.DEDICATED,
                0,
                nodesMax,
                idleMillis,
                "eastus",
                true,
                List.of(),
                Isolation.NONE,
                true)));
  }

  private void take(List<Command.Report> reports, Runnable whenDurable) {
    for (Command.Report report : reports) {
      requests.add(report(report));
    }
    requests.add(new Engine.Ask((_, _) -> whenDurable));
  }

  private void append(Batch batch) {
    synchronized (journal) {
      journal.add(batch);
    }
    for (Envelope envelope : batch.envelopes()) {
      for (Event event : envelope.events()) {
        if (event instanceof Event.JobEnded) {
          ended.incrementAndGet();
        }
      }
    }
  }

  /// How many jobs have ended so far.
  int ended() {
    return ended.get();
  }

  List<Batch> journal() {
    synchronized (journal) {
      return List.copyOf(journal);
    }
  }

  private static Engine.Do report(Command.Report report) {
    return new Engine.Do(Actor.SHELL, "", report, Engine.Answer.NOBODY);
  }

  private void run() {
    List<Engine.Request> batch = new ArrayList<>();
    boolean more = false;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        long now = System.currentTimeMillis();
        long wait = more ? 0 : Math.clamp(engine.nextDue(0) - now, 0, WAIT_MILLIS_MAX);
        Engine.Request first = requests.poll(wait, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          requests.drainTo(batch, 1_000);
        }
        more = engine.step(batch, System.currentTimeMillis(), 0).more();
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (JournalFailure e) {
      incidents.add(e.toString());
    }
  }

  Verdict wish(Command.Wish wish) throws Exception {
    CompletableFuture<Verdict> answer = new CompletableFuture<>();
    requests.add(new Engine.Do(OWNER, "", wish, answer::complete));
    return answer.get(30, TimeUnit.SECONDS);
  }

  /// Reads the state between two steps.
  <R> R ask(Function<State, R> question) throws Exception {
    CompletableFuture<R> answer = new CompletableFuture<>();
    requests.add(
        new Engine.Ask((seen, _) -> {
          R read = question.apply(seen);
          return () -> answer.complete(read);
        }));
    return answer.get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    server.backend.close();
    thread.interrupt();
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.closeAll();
  }
}
