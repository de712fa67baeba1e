package ebb.app.api;

import ebb.app.loop.Memory;
import ebb.kernel.State;
import ebb.kernel.engine.Journal;
import ebb.kernel.protocol.Command;

/// A memory that is new and keeps nothing.
final class MemoryOfNothing implements Memory {
  private final State state = new State();

  @Override
  public State state() {
    return state;
  }

  @Override
  public Journal journal() {
    return _ -> {};
  }

  @Override
  public String installation() {
    return "0123456789ab";
  }

  @Override
  public long epoch() {
    return 1;
  }

  @Override
  public long lastAlive() {
    return 0;
  }

  @Override
  public boolean safeMode() {
    return false;
  }

  @Override
  public long historyReached() {
    return 0;
  }

  @Override
  public Command.StorageMeasured storage() {
    return new Command.StorageMeasured(1L << 40, 1);
  }

  @Override
  public void snapshotIfDue() {}

  @Override
  public void stoppedBy(RuntimeException bug) {}

  @Override
  public void abandon() {}

  @Override
  public void close() {}
}
