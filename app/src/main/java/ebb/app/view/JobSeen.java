package ebb.app.view;

import ebb.kernel.job.Job;
import ebb.kernel.money.Charges;
import ebb.kernel.money.OpenStretches;
import ebb.kernel.protocol.Scope;

/// A job with what it has cost.
///
/// @param closed what is metered to its end
/// @param open what its nodes do now
public record JobSeen(Scope workspace, Job job, Charges closed, OpenStretches open) {
  /// What it has cost until a time.
  public Charges charges(long now) {
    return open.addedTo(closed, now);
  }
}
