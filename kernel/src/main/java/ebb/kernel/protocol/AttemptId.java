package ebb.kernel.protocol;

/// Which attempt. See [Id] for how the number is made.
public record AttemptId(long value) implements EntityId, Comparable<AttemptId> {
  /// No attempt.
  public static final AttemptId NONE = new AttemptId(0);

  @Override
  public int compareTo(AttemptId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Id.text(value);
  }
}
