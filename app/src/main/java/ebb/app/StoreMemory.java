package ebb.app;

import ebb.app.journal.History;
import ebb.app.journal.Store;
import ebb.app.journal.StoreRefused;
import ebb.app.loop.Memory;
import ebb.app.loop.MemoryFailure;
import ebb.kernel.State;
import ebb.kernel.engine.Journal;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Command;
import java.nio.file.Path;
import java.util.List;

/// The home's store as the engine's loop sees it.
record StoreMemory(Store store) implements Memory {
  /// Opens a home again and again, and knows the store that is open now.
  static final class Opening implements Memory.Opening {
    private final Path home;
    private final Store.Options options;
    private volatile Store current;
    private boolean taken;

    /// `first` is handed out at the first opening: whoever assembles the server needed it before.
    Opening(Path home, Store.Options options, Store first) {
      this.home = home;
      this.options = options;
      this.current = first;
    }

    @Override
    public Memory open() throws MemoryFailure {
      if (taken) {
        try {
          current = Store.reopen(home, options);
        } catch (StoreRefused refused) {
          throw new MemoryFailure(refused.getMessage(), !Store.isGone(home), refused);
        }
      }
      taken = true;
      return new StoreMemory(current);
    }

    History history() {
      return current.history();
    }

    boolean isHomeThere() {
      return current.isHomeThere();
    }

    List<String> troubles() {
      return current.troubles();
    }
  }

  @Override
  public State state() {
    return store.state();
  }

  @Override
  public Journal journal() {
    return store.journal();
  }

  @Override
  public String installation() {
    return store.installation();
  }

  @Override
  public long epoch() {
    return store.epoch();
  }

  @Override
  public long lastAlive() {
    return store.lastAlive();
  }

  @Override
  public boolean safeMode() {
    return store.safeMode();
  }

  @Override
  public long historyReached() {
    return store.historyReached();
  }

  @Override
  public Command.StorageMeasured storage() throws JournalFailure {
    store.requireThere();
    return store.storage();
  }

  @Override
  public void snapshotIfDue() {
    store.snapshotIfDue();
  }

  @Override
  public void stoppedBy(RuntimeException bug) {
    store.stoppedBy(bug);
  }

  @Override
  public void abandon() {
    store.abandon();
  }

  @Override
  public void close() {
    store.close();
  }
}
