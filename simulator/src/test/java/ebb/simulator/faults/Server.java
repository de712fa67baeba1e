package ebb.simulator.faults;

import ebb.kernel.State;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Batch;
import ebb.kernel.engine.Engine;
import ebb.kernel.engine.EngineTime;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Verdict;
import ebb.simulator.VirtualTime;
import ebb.simulator.invariants.Answered;
import ebb.simulator.invariants.Watch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// The server as far as the kernel can tell: the unmodified engine, an inbox that does not outlive
/// it, two clocks that may jump, and a journal to start from. When it dies, or its journal fails,
/// nothing of it remains but the journal.
final class Server {
  private static final Actor OWNER = new Actor("owner", "", "");
  private static final long NANOS = 1_000_000;

  /// One in so many steps is looked at closely, unless every one is to be.
  private static final int SAMPLED = 25;

  private static final int SNAPSHOT_EVERY = 60;

  private final VirtualTime time;
  private final SplittableRandom random;
  private final UnreliableJournal journal;
  private final Wire wire;
  private final Watch watch;
  private final CrashPoints points;
  private final boolean closely;
  private int watched;
  private long steps;
  private long looks;
  private long starts;
  private long wallOffset;
  private long suspendedNanos;
  private long downUntil;
  private int throwsExpected;
  private boolean safeModeIsDue;
  private @Nullable Engine engine;
  private EngineTime clock;
  private List<Engine.Request> reports = new ArrayList<>();
  private List<Engine.Request> wishes = new ArrayList<>();

  Server(
      VirtualTime time,
      SplittableRandom random,
      UnreliableJournal journal,
      Wire wire,
      Watch watch,
      CrashPoints points,
      boolean closely) {
    this.time = time;
    this.random = random;
    this.journal = journal;
    this.wire = wire;
    this.watch = watch;
    this.points = points;
    this.closely = closely;
    this.clock = new EngineTime(0, time.now(), 0);
  }

  long steps() {
    return steps;
  }

  /// After how many steps all was looked at closely.
  long looks() {
    return looks;
  }

  long starts() {
    return starts;
  }

  State state() {
    return engine == null ? new State() : engine.state();
  }

  /// When it has something to do of its own.
  long due() {
    if (engine == null) {
      return downUntil;
    }
    if (!reports.isEmpty() || !wishes.isEmpty()) {
      return Math.max(time.now(), downUntil);
    }
    long ahead = engineNow() - time.now();
    long due = engine.nextDue(engine.state().sequence());
    return Math.max(downUntil, due == VirtualTime.NEVER ? due : due - ahead);
  }

  private long engineNow() {
    return clock.now(time.now() + wallOffset, monotonic());
  }

  private long monotonic() {
    return time.now() * NANOS - suspendedNanos;
  }

  // Requests. They reach a server that runs; one that is down hears nothing.

  void report(Command.Report report) {
    if (engine != null) {
      Engine.Answer answer =
          report instanceof Command.TaskExited exited
              ? _ -> wire.acknowledge(exited.task())
              : Engine.Answer.NOBODY;
      reports.add(new Engine.Do(Actor.SHELL, "", report, answer));
    }
  }

  /// `heard` is called if an answer comes.
  void wish(String requestId, Command.Wish wish, Consumer<Verdict> heard) {
    if (engine != null) {
      wishes.add(
          new Engine.Do(
              OWNER,
              requestId,
              wish,
              verdict -> {
                points.pass("before an answer");
                watch.answered(new Answered(requestId, wish, verdict));
                heard.accept(verdict);
              }));
    }
  }

  // Clocks.

  void jump(long millis) {
    wallOffset += millis;
  }

  /// The machine sleeps: its monotonic clock stands still and nothing runs.
  void sleep(long millis) {
    downUntil = Math.max(downUntil, time.now() + millis);
    suspendedNanos += millis * NANOS;
  }

  void agreeOnTheTime() {
    wallOffset = 0;
    downUntil = Math.min(downUntil, time.now());
  }

  // Bugs.

  /// Takes a report that nobody can send, and the kernel throws over it.
  void throwWhileDeciding() {
    if (engine != null) {
      throwsExpected++;
      report(new Command.NodeReady(null, 0, 0));
    }
  }

  /// Stops as it does when an event cannot be applied, for the third time at one place.
  void stopThreeTimes() {
    safeModeIsDue = true;
    die();
  }

  /// Stopping it in the ordinary way ends safe mode.
  void startOnceMore() {
    safeModeIsDue = false;
    if (engine != null && engine.state().safeMode()) {
      die();
    }
  }

  private void incident(String incident, String what, RuntimeException bug) {
    if (throwsExpected == 0 || !what.equals("NodeReady")) {
      throw new IllegalStateException("deciding " + what + " threw (" + incident + ")", bug);
    }
    throwsExpected--;
  }

  // Living and dying.

  /// Does what is due.
  void run() {
    if (time.now() < downUntil) {
      return;
    }
    try {
      if (engine == null) {
        start();
      }
      step();
    } catch (Crash | JournalFailure _) {
      die();
    }
  }

  private void die() {
    engine = null;
    throwsExpected = 0;
    reports = new ArrayList<>();
    wishes = new ArrayList<>();
    downUntil = time.now() + random.nextLong(100, 90_000);
  }

  private void start() {
    starts++;
    long epoch = journal.takeOver();
    catchUp();
    State state = journal.read();
    clock = new EngineTime(state.now(), time.now() + wallOffset, monotonic());
    engine = new Engine(state, journal, this::published, this::handOver, this::incident);
    report(new Command.StartServer("sim", epoch, state.now(), OWNER.principal(), safeModeIsDue));
  }

  /// Shows the promises every batch that is durable and that they have not seen.
  private void catchUp() {
    while (watched < journal.size()) {
      watch.durable(journal.batch(watched++));
    }
  }

  private void published(State state, Batch batch) {
    points.pass("before publishing");
    journal.published();
    catchUp();
    points.pass("after publishing");
  }

  private void handOver(List<Backend.Instruction> instructions) {
    for (Backend.Instruction instruction : instructions) {
      points.pass("before handing over");
      watch.told(instruction);
      wire.tell(instruction);
    }
  }

  private void step() throws JournalFailure {
    Engine running = engine;
    if (running == null) {
      return;
    }
    long now = engineNow();
    if (clock.hasJumped()) {
      long gap = clock.acceptJump();
      report(new Command.ClockJumped(gap));
      now = engineNow();
    }
    List<Engine.Request> requests = reports;
    requests.addAll(wishes);
    reports = new ArrayList<>();
    wishes = new ArrayList<>();
    Engine.Stepped stepped = running.step(requests, now, running.state().sequence());
    steps++;
    if (!stepped.more()) {
      watch.settled(running.state(), now);
      boolean sampled = random.nextInt(SAMPLED) == 0; // drawn in any case: the same world
      if (closely || sampled) {
        looks++;
        watch.sampled(running.state(), now);
      }
    }
    if (steps % SNAPSHOT_EVERY == 0) {
      journal.keepSnapshot(running.state());
    }
  }

  /// A close look, asked for.
  void lookClosely() {
    if (engine != null) {
      watch.sampled(engine.state(), engineNow());
    }
  }
}
