package ebb.app.view;

import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.access.AccessRules;
import ebb.kernel.cluster.ResourceGroups;
import ebb.kernel.money.PriceBook;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.Thing;
import ebb.kernel.protocol.VmSize;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What holds for everything: who may, what things cost, what sizes there are, what the server is,
/// and what a bug was met about, with the incident.
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
    long epoch,
    SortedMap<Thing, String> quarantine) {
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
        state.epoch(),
        Collections.unmodifiableSortedMap(new TreeMap<>(Kernel.quarantine(state))));
  }
}
