package ebb.kernel.engine;

import ebb.kernel.State;

/// Where readers look. Told after a batch is durable and before anything of it is answered, so that
/// whoever is answered reads their own writes.
public interface Publisher {
  /// Takes the records that [State#touched] names. The state may be read during this call only.
  void publish(State state, Batch batch);
}
