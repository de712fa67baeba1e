package ebb.kernel.protocol;

/// Which job. See [Id] for how the number is made.
public record JobId(long value) implements EntityId, Comparable<JobId> {
  /// No job.
  public static final JobId NONE = new JobId(0);

  @Override
  public int compareTo(JobId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Id.text(value);
  }
}
