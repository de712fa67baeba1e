package ebb.agent.serve;

import ebb.agent.posix.Child;
import ebb.agent.posix.Children;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The thread that takes exits from the kernel.
///
/// It waits without taking and then takes under the lock everything that has ended: while somebody
/// holds the lock, no known pid can pass on to a stranger, so a signal meets whom it is meant for.
final class Reaper implements Runnable {
  private final TaskTable table;
  private final Offspring offspring;
  private final Endings endings;
  private final Children children = new Children();

  Reaper(TaskTable table, Offspring offspring, Endings endings) {
    this.table = table;
    this.offspring = offspring;
    this.endings = endings;
  }

  @Override
  public void run() {
    try {
      while (true) {
        if (children.awaitEnded()) {
          endings.of(reapAll());
        } else {
          awaitChild();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Task> reapAll() {
    List<Task> gone = new ArrayList<>();
    table.lock.lock();
    try {
      for (Optional<Child> child = children.reap(); child.isPresent(); child = children.reap()) {
        offspring.reaped(child.get(), children.ownPeakMemoryKib(), gone);
      }
    } finally {
      table.lock.unlock();
    }
    return gone;
  }

  /// There is no child at all: nothing can end before something has been started.
  private void awaitChild() throws InterruptedException {
    table.lock.lock();
    try {
      while (table.mains.isEmpty()) {
        table.spawned.await();
      }
    } finally {
      table.lock.unlock();
    }
  }
}
