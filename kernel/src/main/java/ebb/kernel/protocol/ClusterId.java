package ebb.kernel.protocol;

/// Which cluster. See [Id] for how the number is made.
public record ClusterId(long value) implements EntityId, Comparable<ClusterId> {
  /// No cluster.
  public static final ClusterId NONE = new ClusterId(0);

  @Override
  public int compareTo(ClusterId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Id.text(value);
  }
}
