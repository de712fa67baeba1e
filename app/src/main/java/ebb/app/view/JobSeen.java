package ebb.app.view;

import ebb.kernel.job.Job;
import ebb.kernel.money.Charges;
import ebb.kernel.protocol.Scope;

/// A job with what it has cost so far.
public record JobSeen(Scope workspace, Job job, Charges charges) {}
