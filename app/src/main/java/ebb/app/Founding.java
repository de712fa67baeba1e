package ebb.app;

import ebb.app.catalogue.Catalogue;
import ebb.kernel.State;
import ebb.kernel.engine.Engine;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Host;
import java.util.ArrayList;
import java.util.List;

/// What is said right after the start was recorded: the machine as it is, and at the first start of
/// all the sizes and list prices that are shipped.
final class Founding {
  private Founding() {}

  static List<Engine.Do> orders(State state, Host host, String owner) {
    Actor founder = new Actor(owner, "", "start");
    List<Engine.Do> orders = new ArrayList<>();
    orders.add(new Engine.Do(Actor.SHELL, "", new Command.HostFound(host), Engine.Answer.NOBODY));
    if (state.sizes().isEmpty() && state.prices().prices().isEmpty()) {
      Catalogue shipped = Catalogue.shipped();
      Command sizes = new Command.ChangeSizes(shipped.sizes());
      Command prices = new Command.ChangePrices(shipped.currency(), shipped.prices());
      orders.add(new Engine.Do(founder, "", sizes, Engine.Answer.NOBODY));
      orders.add(new Engine.Do(founder, "", prices, Engine.Answer.NOBODY));
    }
    return orders;
  }
}
