package ebb.simulator.faults;

import java.util.SplittableRandom;

/// Which faults a world has, and how many. Every seed has some of them and not others: a world with
/// all faults at once hides what only a few would show.
///
/// @param late share of messages that take long, up to `lateMillis`
/// @param lost share of messages that never come
/// @param doubled share of messages that come twice
/// @param hangs whether the backend falls silent for minutes at a time
/// @param lies whether the backend reports what never was
/// @param dies share of nodes that die or are preempted
/// @param refuses share of nodes that the backend cannot give
/// @param outOfSight whether nodes are out of sight for a while
/// @param crashes about how many crashes in a run
/// @param journalFails share of appends that fail or whose outcome is unknown
/// @param jumps whether clocks jump and the server is suspended
/// @param governed whether locks, quotas, settings, prices and the host change
public record Chaos(
    double late,
    long lateMillis,
    double lost,
    double doubled,
    boolean hangs,
    boolean lies,
    double dies,
    double refuses,
    boolean outOfSight,
    int crashes,
    double journalFails,
    boolean jumps,
    boolean governed) {

  /// No fault at all.
  public static final Chaos NONE =
      new Chaos(0, 0, 0, 0, false, false, 0, 0, false, 0, 0, false, false);

  static Chaos drawn(SplittableRandom random) {
    return new Chaos(
        random.nextInt(2) * random.nextDouble(0.3),
        random.nextLong(1_000, 120_000),
        random.nextInt(2) * random.nextDouble(0.2),
        random.nextInt(2) * random.nextDouble(0.2),
        random.nextInt(3) == 0,
        random.nextInt(4) == 0,
        random.nextInt(2) * random.nextDouble(0.5),
        random.nextInt(3) == 0 ? random.nextDouble(0.4) : 0,
        random.nextInt(3) == 0,
        random.nextInt(2) * random.nextInt(1, 12),
        random.nextInt(3) == 0 ? random.nextDouble(0.05) : 0,
        random.nextInt(4) == 0,
        random.nextInt(2) == 0);
  }
}
