package ebb.app.view;

import ebb.kernel.State;
import ebb.kernel.access.AccessRules;
import ebb.kernel.cluster.ResourceGroups;
import ebb.kernel.money.PriceBook;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.VmSize;
import java.util.List;

/// What holds for everything: who may, what things cost, what sizes there are, what the server is.
public record Rules(
    AccessRules access,
    ResourceGroups groups,
    Settings settings,
    List<VmSize> sizes,
    PriceBook prices,
    Host host,
    State.Storage storage,
    boolean safeMode,
    String installation,
    long epoch) {
  static Rules of(State state) {
    return new Rules(
        state.access(),
        state.groups(),
        state.settings(),
        state.sizes(),
        state.prices(),
        state.host(),
        state.storage(),
        state.safeMode(),
        state.installation(),
        state.epoch());
  }
}
