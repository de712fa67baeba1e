package ebb.kernel.protocol;

/// Something that has deadlines and decisions of its own.
public record Thing(Kind kind, long id) implements Comparable<Thing> {
  /// In the order in which their deadlines fire when they fall on one millisecond.
  public enum Kind {
    NODE(0),
    ATTEMPT(1),
    JOB(2),
    CLUSTER(3),
    WORKSPACE(4);

    /// How many there may ever be.
    public static final int MOST = 8;

    private final int place;

    Kind(int place) {
      this.place = place;
    }

    /// Its place in that order, from 0 on.
    public int place() {
      return place;
    }
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
