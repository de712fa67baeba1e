package ebb.simulator.invariants;

import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;

/// While there is little room on the disk, and after a start in safe mode, nothing starts: no job
/// is taken, no node is asked for, no attempt is ordered. What has begun may end.
final class NothingStartsWhenItMayNot implements Promise {
  @Override
  public void event(Envelope envelope, Event event, History history) {
    boolean starts =
        event instanceof Event.JobQueued
            || event instanceof Event.LocalJobTaken
            || event instanceof Event.NodeRequested
            || event instanceof Event.AttemptOrdered;
    check(!(starts && history.storageLow), event, " below the mark of free space");
    check(!(starts && history.safeMode), event, " in safe mode");
  }
}
