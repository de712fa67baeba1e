package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.journal.Store;
import ebb.kernel.State;
import ebb.kernel.engine.Engine;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
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

  private static Engine.Do does(Actor actor, Command command) {
    return new Engine.Do(
        actor, "", command, verdict -> assertThat(verdict).isInstanceOf(Verdict.Accepted.class));
  }
}
