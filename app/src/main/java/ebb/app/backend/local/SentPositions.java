package ebb.app.backend.local;

import java.util.ArrayDeque;

/// How far the agent's record is safe with the engine: everything up to [#durable] was told and is
/// durable, in whatever order the confirmations came.
final class SentPositions {
  /// Reports on their way, with the record's position after them.
  static final class Mark {
    private long position;
    private boolean done;
  }

  private final ArrayDeque<Mark> underWay = new ArrayDeque<>();
  private long durable;

  SentPositions(long durable) {
    this.durable = durable;
  }

  /// Reports are about to be sent for everything up to the position.
  synchronized Mark sending(long position) {
    Mark mark = new Mark();
    mark.position = position;
    underWay.add(mark);
    return mark;
  }

  /// Up to the position there is nothing more to tell.
  synchronized void nothingUpTo(long position) {
    if (underWay.isEmpty()) {
      durable = position;
    } else {
      underWay.getLast().position = position;
    }
  }

  synchronized void confirmed(Mark mark) {
    mark.done = true;
    while (!underWay.isEmpty() && underWay.getFirst().done) {
      durable = underWay.remove().position;
    }
  }

  synchronized long durable() {
    return durable;
  }
}
