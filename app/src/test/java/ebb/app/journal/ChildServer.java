package ebb.app.journal;

import ebb.kernel.engine.Journal;
import java.nio.file.Path;
import java.util.HexFormat;

/// A server in a process of its own, to be killed: says each sequence once it is durable. With
/// `digest` as a third word it says the digest of a full replay instead; with `pack` it does
/// nothing but pack what a snapshot covers.
final class ChildServer {
  private static final Store.Options MANY_SNAPSHOTS =
      new Store.Options(Store.Said.NOTHING, false, 1, 1 << 20, 300, 4 << 10);

  /// So that a child whose parent died ends too.
  private static final int STEPS_MOST = 3_000;

  private static final long PACKS_FOR_MILLIS = 120_000;

  private ChildServer() {}

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    if (arguments.length > 2 && arguments[2].equals("pack")) {
      Store.open(home, MANY_SNAPSHOTS);
      Thread.sleep(PACKS_FOR_MILLIS);
      return;
    }
    if (arguments.length > 2) {
      System.out.println(HexFormat.of().formatHex(Homes.digest(home)));
      return;
    }
    Store store = Store.open(home, MANY_SNAPSHOTS);
    Journal journal = store.journal();
    Journal telling =
        batch -> {
          journal.append(batch);
          System.out.println("ack " + batch.lastSequence() + " epoch " + store.epoch() + " end");
          System.out.flush();
        };
    DrivenServer server = new DrivenServer(Long.parseLong(arguments[1]), store.state(), telling);
    server.begin(store.installation(), store.epoch());
    for (int i = 0; i < STEPS_MOST; i++) {
      server.steps(1);
      store.snapshotIfDue();
    }
  }
}
