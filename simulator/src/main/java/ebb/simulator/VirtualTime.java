package ebb.simulator;

import java.util.Comparator;
import java.util.PriorityQueue;

/// Time that passes from one happening to the next. What falls on one millisecond happens in the
/// order in which it was scheduled, so that one seed gives one history.
public final class VirtualTime {
  /// Later than anything.
  public static final long NEVER = Long.MAX_VALUE;

  private record Happening(long at, long sequence, Runnable what) {
    static final Comparator<Happening> SOONEST_FIRST =
        (a, b) -> {
          int byTime = Long.compare(a.at, b.at);
          return byTime != 0 ? byTime : Long.compare(a.sequence, b.sequence);
        };
  }

  private final PriorityQueue<Happening> happenings = new PriorityQueue<>(Happening.SOONEST_FIRST);
  private long now;
  private long sequence;

  public VirtualTime(long start) {
    this.now = start;
  }

  public long now() {
    return now;
  }

  /// Schedules `what` for a time, or for now if that has passed.
  public void at(long time, Runnable what) {
    happenings.add(new Happening(Math.max(time, now), sequence++, what));
  }

  public void after(long millis, Runnable what) {
    at(now + millis, what);
  }

  /// When something happens next; [#NEVER] if nothing is scheduled.
  public long next() {
    Happening first = happenings.peek();
    return first == null ? NEVER : first.at();
  }

  /// Moves to `time`, which is not before now, and lets everything happen that is due by then,
  /// whatever comes of it included.
  public void advanceTo(long time) {
    for (Happening first = happenings.peek();
        first != null && first.at() <= time;
        first = happenings.peek()) {
      happenings.poll();
      now = first.at();
      first.what().run();
    }
    now = Math.max(now, time);
  }
}
