package ebb.simulator.faults;

import java.util.SplittableRandom;

/// Where the server may die: between append and publish, between two answers, between two
/// instructions. Counts the points it passes and dies at one that was drawn.
final class CrashPoints {
  /// A run passes about so many points.
  private static final int POINTS_IN_A_RUN = 1_500;

  private final SplittableRandom random;
  private final int crashes;
  private int left;

  CrashPoints(SplittableRandom random, Chaos chaos) {
    this.random = random;
    this.crashes = chaos.crashes();
    draw();
  }

  private void draw() {
    left = crashes == 0 ? -1 : random.nextInt(1, 2 * POINTS_IN_A_RUN / crashes + 1);
  }

  void cease() {
    left = -1;
  }

  void pass(String where) {
    if (left > 0 && --left == 0) {
      draw();
      throw new Crash(where);
    }
  }
}
