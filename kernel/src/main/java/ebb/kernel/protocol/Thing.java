package ebb.kernel.protocol;

import java.util.Comparator;

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

  private static final Comparator<Thing> ORDER =
      Comparator.comparing(Thing::kind).thenComparingLong(Thing::id);

  @Override
  public int compareTo(Thing other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return kind + " " + Id.text(id);
  }
}
