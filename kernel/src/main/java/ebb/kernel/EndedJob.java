package ebb.kernel;

import ebb.kernel.protocol.JobId;

/// A job that has ended and is still in memory, in the order of the ends.
record EndedJob(long sequence, JobId job) implements Comparable<EndedJob> {
  @Override
  public int compareTo(EndedJob other) {
    return Long.compare(sequence, other.sequence);
  }
}
