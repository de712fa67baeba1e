package ebb.simulator.invariants;

import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskReport;
import java.util.TreeMap;

/// An attempt is said to have succeeded only if it truly did on all its nodes, and always if all of
/// its tasks are known to have.
final class EndsAreWhatHappened implements Promise {
  private final TreeMap<AttemptId, Integer> succeeded = new TreeMap<>();
  private final TreeMap<AttemptId, Integer> known = new TreeMap<>();

  private static boolean isSuccess(TaskReport report) {
    return report.end() == TaskEnd.EXITED && report.code() == 0;
  }

  @Override
  public void taskEnded(StartTask task, TaskReport report, long at) {
    if (isSuccess(report)) {
      succeeded.merge(task.task().attempt(), 1, Integer::sum);
    }
  }

  @Override
  public void event(Envelope envelope, Event event, History history) {
    switch (event) {
      case Event.TaskEnded task -> {
        if (isSuccess(task.report())) {
          known.merge(task.task().attempt(), 1, Integer::sum);
        }
      }
      case Event.AttemptEnded ended -> ended(ended, history);
      default -> {} // nothing else tells of an end
    }
  }

  private void ended(Event.AttemptEnded ended, History history) {
    int nodes = history.attempts.get(ended.attempt()).ordered.nodes().size();
    int truly = succeeded.getOrDefault(ended.attempt(), 0);
    int seen = known.getOrDefault(ended.attempt(), 0);
    if (ended.cause() == EndCause.SUCCEEDED) {
      check(truly == nodes, ended, ", but only ", truly, " of its ", nodes, " tasks did");
    } else {
      check(seen < nodes, ended, ", but all its tasks succeeded");
    }
  }
}
