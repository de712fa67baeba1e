package ebb.kernel.protocol;

/// Something that has deadlines and decisions of its own.
public record Thing(Kind kind, long id) implements Comparable<Thing> {
  /// In the order in which their deadlines fire when they fall on one millisecond.
  public enum Kind {
    NODE,
    ATTEMPT,
    JOB,
    CLUSTER,
    WORKSPACE
  }

  @Override
  public int compareTo(Thing other) {
    int byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : Long.compare(id, other.id);
  }

  @Override
  public String toString() {
    return kind + " " + Id.text(id);
  }
}
