package ebb.app.loop;

import ebb.app.view.View;
import ebb.kernel.State;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Engine;
import ebb.kernel.engine.EngineTime;
import ebb.kernel.engine.Journal;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Verdict;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One thread, one batch in flight. Takes what backends report, then what users wish, steps the
/// engine, and sleeps until somebody asks, a deadline passes or a heartbeat is due.
///
/// When the journal fails nobody is answered, the state is thrown away and the memory opened again:
/// reports that were in flight are taken again, wishes in flight are told that their outcome is
/// unknown, and those that still wait are decided as if nothing had happened.
public final class EngineLoop {
  private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());

  /// The loop looks at the clock at least this often, so that a hang is seen, a jump of the clock
  /// is noticed and [#settledAt] stays young.
  private static final long HEARTBEAT_MILLIS = 500;

  /// How often the kernel is told of the room on the disk, whatever it is.
  private static final long STORAGE_MILLIS = 1_000;

  /// After so long without a failure of the journal the count of failures starts anew.
  private static final long CALM_NANOS = Duration.ofMinutes(1).toNanos();

  /// How the loop came to its end.
  public enum End {
    /// Somebody asked for it.
    STOPPED,
    /// The memory could not be opened, or not again.
    MEMORY_LOST,
    /// A bug: the state cannot be trusted any more. The journal is intact.
    BROKEN
  }

  /// What the loop is doing now.
  public enum Condition {
    STARTING,
    SERVING,
    /// The journal failed and is being opened again.
    REOPENING,
    /// A step takes longer than it ever should.
    HANGING,
    STOPPING
  }

  /// What is asked of the engine right after the start of the server was recorded: the machine that
  /// was found, a first price book.
  public interface Founding {
    List<Engine.Do> orders(State state);
  }

  /// Everything that the loop is put together from.
  public record Parts(Memory.Opening opening, View view, Backend backend, Founding founding) {}

  private record Wished(Engine.Request request, Waiting<Verdict> waiting) implements Entry {}

  private record Asked<T>(BiFunction<State, Long, T> question, Waiting<T> waiting)
      implements Entry {}

  private sealed interface Entry {}

  private final Parts parts;
  private final LoopLimits limits;
  private final String owner;
  private final LoopMeter meter = new LoopMeter();
  private final LinkedBlockingQueue<Engine.Do> reports = new LinkedBlockingQueue<>();
  private final ArrayBlockingQueue<Entry> wishes;
  private final CountDownLatch started = new CountDownLatch(1);

  private List<Engine.Do> reportsInFlight = new ArrayList<>();
  private List<Entry> wishesInFlight = new ArrayList<>();
  private boolean jumpTold;
  private long storageToldAt;
  private long lastFailureNanos;

  private volatile @Nullable Thread thread;
  private volatile boolean sleeping;
  private volatile boolean stopping;
  private volatile boolean ended;
  private volatile boolean open;
  private volatile long settledAt;
  private volatile long aheadOfWall;
  private volatile long beatNanos = System.nanoTime();
  private volatile long historyReached;

  public EngineLoop(Parts parts, LoopLimits limits, String owner) {
    this.parts = parts;
    this.limits = limits;
    this.owner = owner;
    this.wishes = new ArrayBlockingQueue<>(limits.wishes());
  }

  // What others ask.

  /// Wishes for something and waits until it is decided and durable.
  public Outcome<Verdict> wish(Actor actor, String requestId, Command.Wish wish) {
    return offer(answer -> new Engine.Do(actor, requestId, wish, answer));
  }

  /// Waits for what the wish would be told. It is not done.
  public Outcome<Verdict> judge(Actor actor, String requestId, Command.Wish wish) {
    return offer(answer -> new Engine.Judge(actor, requestId, wish, answer));
  }

  private Outcome<Verdict> offer(Function<Engine.Answer, Engine.Request> request) {
    Waiting<Verdict> waiting = new Waiting<>();
    Engine.Answer answer = verdict -> waiting.give(new Outcome.Answered<>(verdict));
    return offer(new Wished(request.apply(answer), waiting), waiting);
  }

  /// Looks at the state between two decisions. The function runs on the engine's thread: it must be
  /// quick, change nothing and keep nothing of the state but immutable records.
  public <T> Outcome<T> ask(BiFunction<State, Long, T> question) {
    Waiting<T> waiting = new Waiting<>();
    return offer(new Asked<>(question, waiting), waiting);
  }

  private <T> Outcome<T> offer(Entry entry, Waiting<T> waiting) {
    if (stopping || ended || started.getCount() > 0) {
      return new Outcome.NotServing<>();
    }
    if (!wishes.offer(entry)) {
      meter.overloads.increment();
      return new Outcome.Overloaded<>(1);
    }
    if (ended && wishes.remove(entry)) {
      return new Outcome.NotServing<>();
    }
    wake();
    return waiting.await(limits.answerWithin().toNanos());
  }

  /// Takes what the world did, to be decided in this order, and returns without waiting: the engine
  /// itself calls backends, and a backend that waited for the engine would end both. The queue is
  /// bounded by what exists: each node and task has a handful of reports to make.
  ///
  /// `whenDurable` is run on the loop's thread once all of them are decided and durable. Reports
  /// outlive a failure of the journal, but not the server.
  public void report(List<? extends Command.Report> seen, Runnable whenDurable) {
    for (int i = 0; i < seen.size(); i++) {
      boolean last = i == seen.size() - 1;
      Engine.Answer answer = last ? _ -> whenDurable.run() : Engine.Answer.NOBODY;
      reports.add(new Engine.Do(Actor.SHELL, "", seen.get(i), answer));
    }
    wake();
  }

  /// The engine's time at the end of the last step: everything decided until then is in the view.
  public long settledAt() {
    return settledAt;
  }

  /// The engine's time at a time of the wall clock. The two are apart by what the engine has not
  /// followed yet.
  public long engineMillis(long wallMillis) {
    return wallMillis + aheadOfWall;
  }

  public LoopMeter meter() {
    return meter;
  }

  public int waitingWishes() {
    return wishes.size();
  }

  public int waitingReports() {
    return reports.size();
  }

  /// Up to which sequence history had everything when the loop last looked.
  public long historyReached() {
    return historyReached;
  }

  /// What the loop is doing; it counts as hanging when it gave no sign of life for `patience`.
  public Condition condition(Duration patience) {
    if (stopping || ended) {
      return Condition.STOPPING;
    }
    if (started.getCount() > 0) {
      return Condition.STARTING;
    }
    if (!open) {
      return Condition.REOPENING;
    }
    return System.nanoTime() - beatNanos > patience.toNanos()
        ? Condition.HANGING
        : Condition.SERVING;
  }

  /// Where the loop's thread is, for the log of a hang.
  public StackTraceElement[] whereabouts() {
    Thread current = thread;
    return current == null ? new StackTraceElement[0] : current.getStackTrace();
  }

  /// Waits until the first step is durable, the loop has ended or the time is over.
  public boolean awaitStart(Duration most) throws InterruptedException {
    return started.await(most.toMillis(), TimeUnit.MILLISECONDS) && !ended;
  }

  /// Takes nothing more; what was taken is finished and answered.
  public void stop() {
    stopping = true;
    wake();
  }

  private void wake() {
    if (sleeping) {
      LockSupport.unpark(thread);
    }
  }

  // The thread.

  /// Runs until [#stop], or until it cannot go on.
  public End run() {
    thread = Thread.currentThread();
    End end = End.BROKEN;
    try {
      end = openAndDrive();
    } catch (RuntimeException | Error bug) {
      LOG.log(Level.ERROR, "the engine stops: its state cannot be trusted after a bug", bug);
    } finally {
      ended = true;
      open = false;
      loseWishes(wishesInFlight);
      List<Entry> waiting = new ArrayList<>();
      wishes.drainTo(waiting);
      loseWishes(waiting);
      started.countDown();
    }
    return end;
  }

  private End openAndDrive() {
    int failures = 0;
    while (true) {
      @Nullable Memory memory = open(failures);
      if (memory == null) {
        return failures > 0 ? memoryLost() : End.MEMORY_LOST; // a first opening has said enough
      }
      try {
        drive(memory);
        memory.close();
        return End.STOPPED;
      } catch (JournalFailure failure) {
        open = false;
        memory.abandon();
        meter.journalFailures.increment();
        loseWishes(wishesInFlight);
        failures = System.nanoTime() - lastFailureNanos > CALM_NANOS ? 1 : failures + 1;
        lastFailureNanos = System.nanoTime();
        LOG.log(
            Level.WARNING,
            "the journal failed ({0}): {1}. Nothing of this batch was answered; the state is read again.",
            failure.outcomeUnknown() ? "outcome unknown" : "not written",
            failure.getMessage());
      } catch (RuntimeException bug) {
        memory.stoppedBy(bug);
        memory.abandon();
        throw bug;
      }
      if (stopping || failures > limits.reopenings()) {
        return memoryLost();
      }
    }
  }

  private static End memoryLost() {
    LOG.log(
        Level.WARNING,
        "the journal failed and cannot be used: the server stops. Everything that was answered is in the journal;"
            + " see to the disk that holds the home and start the server again.");
    return End.MEMORY_LOST;
  }

  private @Nullable Memory open(int failures) {
    int attempt = failures;
    while (true) {
      if (attempt > 0) {
        pause(attempt);
      }
      try {
        return parts.opening().open();
      } catch (MemoryFailure failure) {
        attempt++;
        boolean again = failures > 0 && failure.mayPass() && attempt <= limits.reopenings();
        LOG.log(Level.WARNING, failure.getMessage() + (again ? " (is tried again)" : ""));
        if (!again || stopping) {
          return null;
        }
      }
    }
  }

  private void pause(int attempt) {
    long millis = limits.reopenAfter().toMillis() << Math.min(attempt - 1, 6);
    long until = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    while (!stopping && System.nanoTime() < until) {
      LockSupport.parkNanos(this, until - System.nanoTime());
      beatNanos = System.nanoTime();
    }
  }

  private void drive(Memory memory) throws JournalFailure {
    State state = memory.state();
    parts.view().load(state);
    long known = Math.max(settledAt, Math.max(state.now(), memory.lastAlive()));
    EngineTime time = new EngineTime(known, System.currentTimeMillis(), System.nanoTime());
    Engine engine =
        new Engine(state, metered(memory.journal()), parts.view(), parts.backend(), this::incident);
    List<Engine.Request> first = firstRequests(memory);
    boolean more = step(engine, memory, first, now(time));
    open = true;
    started.countDown();
    while (!stopping || !wishes.isEmpty()) {
      if (!more) {
        sleep(engine, time);
      }
      more = step(engine, memory, collect(memory, time), now(time));
      memory.snapshotIfDue();
    }
  }

  private Journal metered(Journal journal) {
    return batch -> {
      long began = System.nanoTime();
      journal.append(batch);
      meter.appended(batch, System.nanoTime() - began);
    };
  }

  private List<Engine.Request> firstRequests(Memory memory) throws JournalFailure {
    List<Engine.Request> first = new ArrayList<>();
    Command.StartServer start =
        new Command.StartServer(
            memory.installation(), memory.epoch(), memory.lastAlive(), owner, memory.safeMode());
    first.add(shell(start));
    first.add(shell(memory.storage()));
    first.addAll(parts.founding().orders(memory.state()));
    first.addAll(reportsInFlight); // of a step that failed
    return first;
  }

  private void incident(String incident, String what, RuntimeException bug) {
    meter.incidents.increment();
    LOG.log(Level.ERROR, "incident " + incident + " while deciding about " + what, bug);
  }

  /// Sleeps until somebody asks, something is due or the next heartbeat.
  private void sleep(Engine engine, EngineTime time) {
    sleeping = true;
    long due = engine.nextDue(historyReached) - now(time);
    long millis = Math.clamp(due, 0, HEARTBEAT_MILLIS);
    if (millis > 0 && reports.isEmpty() && wishes.isEmpty() && !stopping) {
      LockSupport.parkNanos(this, millis * 1_000_000);
    }
    sleeping = false;
  }

  private List<Engine.Request> collect(Memory memory, EngineTime time) throws JournalFailure {
    List<Engine.Request> requests = new ArrayList<>();
    if (now(time) - storageToldAt >= STORAGE_MILLIS) {
      storageToldAt = now(time);
      requests.add(shell(memory.storage()));
    }
    if (time.hasJumped() && !jumpTold) {
      requests.add(jump(time.acceptJump()));
      jumpTold = true;
    } else if (!time.hasJumped()) {
      jumpTold = false;
    }
    reportsInFlight = new ArrayList<>();
    reports.drainTo(reportsInFlight, limits.batch());
    requests.addAll(reportsInFlight);
    wishesInFlight = new ArrayList<>();
    wishes.drainTo(wishesInFlight, limits.batch());
    for (Entry entry : wishesInFlight) {
      requests.add(request(entry));
    }
    meter.reports.add(reportsInFlight.size());
    meter.wishes.add(wishesInFlight.size());
    return requests;
  }

  private Engine.Do jump(long gapMillis) {
    meter.clockJumps.increment();
    LOG.log(
        Level.WARNING,
        "the wall clock and the engine''s time came apart by {0} ms: the clock was set, or the machine slept. No"
            + " deadline fires until the backends have answered.",
        String.valueOf(gapMillis));
    return shell(new Command.ClockJumped(gapMillis));
  }

  private static Engine.Do shell(Command.Report report) {
    return new Engine.Do(Actor.SHELL, "", report, Engine.Answer.NOBODY);
  }

  private static Engine.Request request(Entry entry) {
    return switch (entry) {
      case Wished wished -> wished.request();
      case Asked<?> asked -> question(asked);
    };
  }

  /// A question that throws is answered as unknown: it has changed nothing and must not stop the
  /// server.
  private static <T> Engine.Ask question(Asked<T> asked) {
    return new Engine.Ask((state, now) -> {
      try {
        T answer = asked.question().apply(state, now);
        return () -> asked.waiting().give(new Outcome.Answered<>(answer));
      } catch (RuntimeException bug) {
        LOG.log(Level.ERROR, "a question to the state failed", bug);
        return () -> asked.waiting().give(new Outcome.Unknown<>());
      }
    });
  }

  private boolean step(Engine engine, Memory memory, List<Engine.Request> requests, long now)
      throws JournalFailure {
    long began = System.nanoTime();
    historyReached = memory.historyReached();
    Engine.Stepped stepped = engine.step(requests, now, historyReached);
    reportsInFlight = List.of();
    wishesInFlight = List.of();
    settledAt = now;
    aheadOfWall = now - System.currentTimeMillis();
    beatNanos = System.nanoTime();
    if (stepped.events() > 0) {
      meter.steps.increment();
      meter.events.add(stepped.events());
      meter.busyNanos.add(beatNanos - began);
    }
    return stepped.more();
  }

  private static long now(EngineTime time) {
    return time.now(System.currentTimeMillis(), System.nanoTime());
  }

  private static void loseWishes(List<Entry> lost) {
    for (Entry entry : lost) {
      switch (entry) {
        case Wished wished -> wished.waiting().give(new Outcome.Unknown<>());
        case Asked<?> asked -> asked.waiting().give(new Outcome.Unknown<>());
      }
    }
  }
}
