package ebb.simulator.invariants;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Thing;

/// While there is little room on the disk, and after a start in safe mode, nothing starts: no job
/// is taken, no node is asked for, no attempt is ordered. What has begun may end. Nor does anything
/// start in a cluster in quarantine.
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
    ClusterId cluster =
        switch (event) {
          case Event.NodeRequested requested -> requested.cluster();
          case Event.AttemptOrdered ordered -> history.jobs.get(ordered.job()).queued.cluster();
          default -> ClusterId.NONE; // nothing else is placed in a cluster
        };
    Thing thing = new Thing(Thing.Kind.CLUSTER, cluster.value());
    check(!history.quarantine.containsKey(thing), event, " in quarantine");
  }
}
