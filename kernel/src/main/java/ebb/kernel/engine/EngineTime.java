package ebb.kernel.engine;

/// The engine's time: what was last, plus what a monotonic clock says has passed. Never goes back,
/// whatever the wall clock does. A wall clock that differs is followed slowly; one that differs by
/// more than a minute is told of.
///
/// Both clocks are arguments.
public final class EngineTime {
  /// Beyond this a difference is no drift but a jump: of the wall clock, or of a machine that
  /// slept.
  public static final long JUMP_MILLIS = 60_000;

  /// The share of elapsed time by which a difference is made good: 5 ms in each second.
  private static final long SLEW_DIVISOR = 200;

  private static final long NANOS = 1_000_000;

  private long now;
  private long lastMonotonicNanos;
  private long wallDifference;

  /// How far the wall clock was behind when that was last told of, less what was made good since; 0
  /// if it was not.
  private long toldBehind;

  /// Time that has passed and has not yet been used to follow the wall clock: however often the
  /// time is asked for, it is followed by the same share.
  private long unslewed;

  /// Starts at the wall clock's time, but never before what the journal has seen.
  public EngineTime(long lastKnown, long wallMillis, long monotonicNanos) {
    this.now = Math.max(lastKnown, wallMillis);
    this.lastMonotonicNanos = monotonicNanos;
  }

  /// The time now.
  public long now(long wallMillis, long monotonicNanos) {
    long elapsed = Math.max(0, (monotonicNanos - lastMonotonicNanos) / NANOS);
    lastMonotonicNanos += elapsed * NANOS;
    now += elapsed;
    wallDifference = wallMillis - now;
    unslewed += elapsed;
    long most = unslewed / SLEW_DIVISOR;
    unslewed -= most * SLEW_DIVISOR;
    now += Math.clamp(wallDifference, -most, most);
    toldBehind = Math.clamp(wallDifference, toldBehind, 0);
    return now;
  }

  /// How far the wall clock is ahead (or behind, if negative).
  public long wallDifference() {
    return wallDifference;
  }

  /// Whether the wall clock has jumped, or the machine slept: the caller sends `ClockJumped` and
  /// accepts the jump. A clock that stays behind is told of once.
  public boolean hasJumped() {
    return Math.abs(wallDifference - toldBehind) > JUMP_MILLIS;
  }

  /// Follows a wall clock that is ahead, at once: the machine slept. One that is behind is waited
  /// for.
  public long acceptJump() {
    long gap = wallDifference;
    if (gap > 0) {
      now += gap;
      wallDifference = 0;
    }
    toldBehind = wallDifference;
    return gap;
  }
}
