package ebb.kernel.protocol;

/// Which node. See [Id] for how the number is made.
public record NodeId(long value) implements EntityId, Comparable<NodeId> {
  /// No node.
  public static final NodeId NONE = new NodeId(0);

  @Override
  public int compareTo(NodeId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Id.text(value);
  }
}
