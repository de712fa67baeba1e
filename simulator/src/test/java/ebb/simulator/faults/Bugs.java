package ebb.simulator.faults;

import ebb.kernel.State;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Thing;
import ebb.simulator.VirtualTime;
import ebb.simulator.invariants.History;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Bugs of ours, met at places that a seed draws: a throw while a report is decided about, a thing
/// that goes into quarantine and comes out of it again, and three stops at one place, after which
/// the server starts in safe mode until somebody starts it once more.
///
/// The kernel is the unmodified one and has none of these bugs. So a throw in `decide` is one over
/// a report that nobody can send, and of a throw in policy there is what the engine makes of it:
/// the report that puts the thing into quarantine.
final class Bugs {
  private static final long ENDED_AFTER_MILLIS = 900_000;

  private final VirtualTime time;
  private final SplittableRandom random;
  private final Server server;
  private int met;
  private boolean ceased;

  /// @param random its own generator, so that what else befalls a seed's world stays what it was
  Bugs(VirtualTime time, SplittableRandom random, Server server) {
    this.time = time;
    this.random = random;
    this.server = server;
  }

  void actWithin(long millis) {
    int throwsInDecide = random.nextInt(4) == 0 ? random.nextInt(1, 6) : 0;
    int quarantines = random.nextInt(4) == 0 ? random.nextInt(1, 8) : 0;
    int safeModes = random.nextInt(5) == 0 ? random.nextInt(1, 3) : 0;
    for (int i = 0; i < throwsInDecide; i++) {
      at(random.nextLong(millis), server::throwWhileDeciding);
    }
    for (int i = 0; i < quarantines; i++) {
      at(random.nextLong(millis), this::quarantine);
    }
    for (int i = 0; i < safeModes; i++) {
      long from = random.nextLong(millis);
      at(from, server::stopThreeTimes);
      at(from + random.nextLong(ENDED_AFTER_MILLIS), server::startOnceMore);
    }
  }

  private void at(long millis, Runnable bug) {
    time.after(
        millis,
        () -> {
          if (!ceased) {
            bug.run();
          }
        });
  }

  private void quarantine() {
    List<Thing> things = things(server.state());
    if (things.isEmpty()) {
      return;
    }
    Thing thing = things.get(random.nextInt(things.size()));
    String incident = "bug-" + ++met;
    server.report(new Command.QuarantineThing(thing, incident));
    at(
        random.nextLong(ENDED_AFTER_MILLIS),
        () -> server.wish(incident, new Command.EndQuarantine(thing), _ -> {}));
  }

  private static List<Thing> things(State state) {
    List<Thing> things = new ArrayList<>();
    state.allNodes().forEach(it -> things.add(new Thing(Thing.Kind.NODE, it.id().value())));
    state.allAttempts().forEach(it -> things.add(new Thing(Thing.Kind.ATTEMPT, it.id().value())));
    state.allJobs().forEach(it -> things.add(new Thing(Thing.Kind.JOB, it.id().value())));
    state.allClusters().forEach(it -> things.add(new Thing(Thing.Kind.CLUSTER, it.id().value())));
    state
        .allWorkspaces()
        .forEach(it -> things.add(new Thing(Thing.Kind.WORKSPACE, it.id().value())));
    return things;
  }

  /// No more bugs, and no safe mode.
  void cease() {
    ceased = true;
    server.startOnceMore();
  }

  /// What takes all things out of quarantine.
  static List<Command.Wish> heal(History history) {
    List<Command.Wish> wishes = new ArrayList<>();
    history.quarantine.keySet().forEach(thing -> wishes.add(new Command.EndQuarantine(thing)));
    return wishes;
  }
}
