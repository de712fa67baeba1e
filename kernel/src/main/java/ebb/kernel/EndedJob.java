package ebb.kernel;

import ebb.kernel.protocol.JobId;

/// A job that has ended, is still in memory and may leave it; `sequence` is that of its end, `at`
/// when that was.
record EndedJob(long sequence, long at, JobId job) {}
