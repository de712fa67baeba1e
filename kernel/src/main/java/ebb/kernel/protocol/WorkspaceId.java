package ebb.kernel.protocol;

/// Which workspace. See [Id] for how the number is made.
public record WorkspaceId(long value) implements EntityId, Comparable<WorkspaceId> {
  /// No workspace.
  public static final WorkspaceId NONE = new WorkspaceId(0);

  @Override
  public int compareTo(WorkspaceId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Id.text(value);
  }
}
