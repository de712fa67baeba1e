package ebb.simulator.faults;

import ebb.kernel.Outstanding;
import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.Command;
import ebb.simulator.VirtualTime;
import ebb.simulator.World;
import ebb.simulator.invariants.Healed;
import ebb.simulator.invariants.History;
import ebb.simulator.invariants.PromisesOfTheDesign;
import ebb.simulator.invariants.Watch;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// One seed's world: set up, a time of chaos, then a time in which faults cease and everything must
/// come to its end. Throws at the first broken promise.
public final class FaultRun {
  private static final long MINUTE = 60_000;

  /// Long after the last deadline that any of these worlds knows.
  private static final long HEALING_MILLIS = 24 * 60 * MINUTE;

  /// Some day; worlds begin at different hours of it.
  private static final long START = 1_750_000_000_000L;

  /// What a run came to.
  ///
  /// @param looks after how many of the steps all was looked at closely
  /// @param kinds how many events of each kind there were
  /// @param journalHash the hash over the whole journal
  public record Outcome(
      long seed,
      long steps,
      long looks,
      long starts,
      int jobs,
      TreeMap<String, Integer> kinds,
      String journalHash) {}

  private final long seed;
  private final boolean hasBugs;
  private final SplittableRandom random;
  private final Chaos chaos;
  private final VirtualTime time;
  private final Watch watch;
  private final CrashPoints points;
  private final UnreliableJournal journal;
  private final SeededFate fate;
  private final Wire wire;
  private final World world;
  private final Server server;
  private final Users users;
  private final Mischief mischief;
  private final Bugs bugs;
  private final Strays strays;

  /// @param hasBugs whether bugs of ours are met on the way, see [Bugs]
  /// @param closely whether every step is looked at closely, not one in some
  FaultRun(
      long seed,
      Chaos chaos,
      boolean hasBugs,
      boolean closely,
      SplittableRandom random,
      Tampering tampering) {
    this.seed = seed;
    this.hasBugs = hasBugs;
    this.random = random;
    this.chaos = chaos;
    this.time = new VirtualTime(START + random.nextLong(86_400_000));
    this.watch = new Watch(PromisesOfTheDesign.all(!chaos.jumps(), tampering::why));
    this.points = new CrashPoints(random.split(), chaos);
    this.journal = new UnreliableJournal(random.split(), chaos, points, tampering);
    this.fate = new SeededFate(random.split(), chaos);
    this.wire = new Wire(time, random.split(), chaos, tampering);
    this.world = new World(time, fate, watch, wire);
    this.server = new Server(time, random.split(), journal, wire, watch, points, closely);
    this.users = new Users(time, random.split(), server);
    this.mischief = new Mischief(time, random.split(), server, wire, world);
    this.bugs = new Bugs(time, new SplittableRandom(~seed), server);
    this.strays = new Strays(time, new SplittableRandom(-seed), world, watch);
    wire.connect(world, server::report);
  }

  /// Runs the world of this seed.
  public static Outcome of(long seed) {
    return of(seed, Tampering.NONE);
  }

  static Outcome of(long seed, Tampering tampering) {
    return of(seed, false, tampering);
  }

  /// Runs the same world, and looks closely at every step.
  static Outcome closely(long seed) {
    return of(seed, true, Tampering.NONE);
  }

  private static Outcome of(long seed, boolean closely, Tampering tampering) {
    SplittableRandom random = new SplittableRandom(seed);
    return new FaultRun(seed, Chaos.drawn(random), true, closely, random, tampering).run();
  }

  Outcome run() {
    boolean[] ready = {false};
    users.insist(users.setUp(), () -> ready[0] = true);
    runUntil(() -> ready[0], 60 * MINUTE);
    long chaosMillis = random.nextLong(10, 40) * MINUTE;
    users.actWithin(chaosMillis, random.nextInt(10, 100), chaos);
    mischief.actWithin(chaosMillis, chaos);
    strays.comeWithin(chaosMillis);
    if (hasBugs) {
      bugs.actWithin(chaosMillis);
    }
    runUntil(() -> false, chaosMillis);
    heal();
    return new Outcome(
        seed,
        server.steps(),
        server.looks(),
        server.starts(),
        watch.history().jobs.size(),
        watch.history().kinds,
        HexFormat.of().formatHex(journal.hash()));
  }

  /// What the journal holds.
  List<Batch> batches() {
    return journal.batches();
  }

  private void heal() {
    wire.heal();
    fate.heal();
    points.cease();
    journal.cease();
    server.agreeOnTheTime();
    runUntil(() -> false, 2 * MINUTE);
    mischief.cease();
    bugs.cease();
    watch.faultsHaveCeased();
    strays.come();
    boolean[] done = {false};
    List<Command.Wish> wishes = users.heal();
    wishes.addAll(Bugs.heal(watch.history()));
    users.insist(wishes, () -> done[0] = true);
    runUntil(() -> done[0] && everyJobHasEnded(), HEALING_MILLIS);
    done[0] = false;
    users.insist(users.empty(), () -> done[0] = true);
    runUntil(() -> done[0] && nothingIsLeft(), HEALING_MILLIS);
    runUntil(() -> false, 5 * MINUTE);
    server.lookClosely();
    watch.healed(new Healed(server.state(), world, watch.history(), journal.batches()));
  }

  private boolean everyJobHasEnded() {
    for (History.Job job : watch.history().jobs.values()) {
      if (job.ends == 0) {
        return false;
      }
    }
    return true;
  }

  private boolean nothingIsLeft() {
    return world.nodes().isEmpty()
        && !server.state().allNodes().iterator().hasNext()
        && Outstanding.all(server.state()).isEmpty();
  }

  /// Lets time run until `done`, or for so long.
  private void runUntil(BooleanSupplier done, long millis) {
    long end = time.now() + millis;
    while (!done.getAsBoolean()) {
      long next = Math.min(time.next(), server.due());
      if (next > end) {
        time.advanceTo(end);
        return;
      }
      time.advanceTo(Math.max(next, time.now()));
      if (server.due() <= time.now()) {
        server.run();
      }
    }
  }
}
