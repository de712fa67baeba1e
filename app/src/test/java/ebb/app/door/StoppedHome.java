package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.journal.Store;
import ebb.kernel.State;
import ebb.kernel.engine.Batch;
import ebb.kernel.engine.Engine;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/// A home on which no server runs: what no door lets in is told to its kernel here.
final class StoppedHome {
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

  /// From its next start on the home's state is what no decision of the kernel makes it: these
  /// events are in the journal, and no snapshot.
  static void meetABug(Path home, Function<State, List<Event>> bug) throws Exception {
    try (Store store = Store.open(home)) {
      State state = store.state();
      long at = state.now();
      List<Event> events = bug.apply(state);
      Envelope envelope = new Envelope(at, 0, Actor.KERNEL, "", "bug", events);
      long next = state.sequence() + 1;
      store.journal().append(new Batch(store.epoch(), next, events.size(), at, List.of(envelope)));
      store.abandon();
    }
  }

  private static Engine.Do does(Actor actor, Command command) {
    return new Engine.Do(
        actor, "", command, verdict -> assertThat(verdict).isInstanceOf(Verdict.Accepted.class));
  }
}
