package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.journal.Store;
import ebb.kernel.State;
import ebb.kernel.engine.Batch;
import ebb.kernel.engine.Engine;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/// A home on which no server runs: what no door lets in is told to its kernel here.
final class StoppedHome {
  private static final long DAY_MILLIS = 86_400_000;

  private StoppedHome() {}

  /// The command is the owner's, if it is a wish.
  static void tell(Path home, Function<State, Command> said) throws Exception {
    try (Store store = Store.open(home)) {
      State state = store.state();
      Engine engine =
          new Engine(
              state,
              store.journal(),
              (_, _) -> {},
              _ -> {},
              (_, what, bug) -> {
                throw new AssertionError(what, bug);
              });
      Command start =
          new Command.StartServer(store.installation(), store.epoch(), state.now(), "", false);
      String owner = state.access().assignments().getFirst().principal();
      engine.step(
          List.of(does(Actor.SHELL, start), does(new Actor(owner, "", ""), said.apply(state))),
          state.now(),
          0);
    }
  }

  /// Puts events into its journal that no decision makes, as a bug of the kernel's could. Whoever
  /// starts on it reads them from there, for no snapshot is taken.
  static void happens(Path home, Function<State, List<Event>> made) throws Exception {
    Store store = Store.open(home);
    try {
      State state = store.state();
      List<Event> events = made.apply(state);
      Envelope decision = new Envelope(state.now(), 0, Actor.KERNEL, "", "a bug", events);
      store
          .journal()
          .append(
              new Batch(
                  store.epoch(),
                  state.sequence() + 1,
                  events.size(),
                  state.now(),
                  List.of(decision)));
    } finally {
      store.abandon();
    }
  }

  /// A job of the first workspace, which waits for a day.
  static Event.JobQueued queued(State state, JobId id, ClusterId cluster, String name) {
    JobSpec spec = new JobSpec("cpu", "somebody", 0, 1, 0, JobSpec.DEFAULT_RETRIES, "0".repeat(64));
    return new Event.JobQueued(
        id,
        state.allWorkspaces().iterator().next().id(),
        cluster,
        name,
        "somebody",
        spec,
        Retries.NONE,
        DAY_MILLIS,
        state.now() + DAY_MILLIS);
  }

  private static Engine.Do does(Actor actor, Command command) {
    return new Engine.Do(
        actor, "", command, verdict -> assertThat(verdict).isInstanceOf(Verdict.Accepted.class));
  }
}
