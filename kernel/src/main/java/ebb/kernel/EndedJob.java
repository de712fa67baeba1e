package ebb.kernel;

import ebb.kernel.protocol.JobId;

/// A job that has ended and is still in memory; `sequence` is that of its end.
record EndedJob(long sequence, JobId job) {}
