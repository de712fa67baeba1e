package ebb.app.view;

import ebb.kernel.protocol.JobId;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Who waits for a change of a job. What nobody watches costs one look in a map when it changes,
/// and nothing if nobody watches anything.
final class Watches {
  private final ConcurrentHashMap<JobId, List<Watch>> watches = new ConcurrentHashMap<>();

  /// One who waits. Changes from its beginning on are noticed, several as one.
  private final class Watch implements View.JobWatch {
    private final JobId job;
    private final Semaphore changes = new Semaphore(0);

    Watch(JobId job) {
      this.job = job;
    }

    @Override
    public void await(long mostMillis) throws InterruptedException {
      if (changes.tryAcquire(mostMillis, TimeUnit.MILLISECONDS)) {
        changes.drainPermits();
      }
    }

    @Override
    public void close() {
      watches.computeIfPresent(
          job,
          (_, all) -> {
            all.remove(this);
            return all.isEmpty() ? null : all;
          });
    }
  }

  View.JobWatch begin(JobId job) {
    Watch watch = new Watch(job);
    watches.compute(
        job,
        (_, there) -> {
          List<Watch> all = there == null ? new CopyOnWriteArrayList<>() : there;
          all.add(watch);
          return all;
        });
    return watch;
  }

  boolean isEmpty() {
    return watches.isEmpty();
  }

  void changed(JobId job) {
    List<Watch> all = watches.get(job);
    if (all != null) {
      all.forEach(watch -> watch.changes.release());
    }
  }

  /// Everything may have changed.
  void changed() {
    watches.keySet().forEach(this::changed);
  }
}
