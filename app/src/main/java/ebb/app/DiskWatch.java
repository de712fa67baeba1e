package ebb.app;

import ebb.app.backend.local.LocalBackend;
import ebb.app.view.JobSeen;
import ebb.app.view.NodeSeen;
import ebb.app.view.View;
import ebb.kernel.job.Attempt;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskId;
import java.io.IOException;
import java.lang.System.Logger.Level;

/// Measures what the files of running tasks take, and has one stopped that takes more than it may.
///
/// It rests for twenty times as long as a look has taken, so that it costs a twentieth of a core at
/// most, however many files there are.
final class DiskWatch implements Runnable {
  private static final System.Logger LOG = System.getLogger(DiskWatch.class.getName());

  /// A fast disk takes some gigabytes meanwhile.
  private static final long LEAST_PAUSE_MILLIS = 2_000;

  private static final int PAUSE_TO_LOOK = 20;

  private final View view;
  private final LocalBackend backend;
  private final long mostMebibytes;

  DiskWatch(View view, LocalBackend backend, long mostMebibytes) {
    this.view = view;
    this.backend = backend;
    this.mostMebibytes = mostMebibytes;
  }

  @Override
  public void run() {
    try {
      while (true) {
        long began = System.nanoTime();
        for (NodeSeen node : view.nodesAfter(new NodeId(0)).values()) {
          look(node.node().task());
        }
        long tookMillis = (System.nanoTime() - began) / 1_000_000;
        Thread.sleep(Math.max(LEAST_PAUSE_MILLIS, PAUSE_TO_LOOK * tookMillis));
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(TaskId task) throws InterruptedException {
    Attempt attempt = view.attempt(task.attempt());
    JobSeen job = attempt == null ? null : view.job(attempt.job());
    if (attempt == null || job == null || !attempt.isLive(task.rank())) {
      return;
    }
    try {
      long used =
          backend
              .folders()
              .bytes(backend.folders().run(attempt.job(), attempt.number(), task.rank()));
      if (used >> 20 >= mostMebibytes) {
        backend.overDisk(
            task,
            "its files take %d MiB, and %d are allowed (tasks.disk-mebibytes)"
                .formatted(used >> 20, mostMebibytes));
      }
    } catch (IOException unreadable) {
      LOG.log(
          Level.WARNING, "what job {0} takes cannot be seen: {1}", job.job().name(), unreadable);
    }
  }
}
