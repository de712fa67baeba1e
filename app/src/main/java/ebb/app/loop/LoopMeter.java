package ebb.app.loop;

import java.util.concurrent.atomic.LongAdder;

/// What the loop counts about itself, for whoever operates the server.
public final class LoopMeter {
  public final LongAdder steps = new LongAdder();
  public final LongAdder events = new LongAdder();
  public final LongAdder wishes = new LongAdder();
  public final LongAdder reports = new LongAdder();
  public final LongAdder overloads = new LongAdder();
  public final LongAdder journalFailures = new LongAdder();
  public final LongAdder clockJumps = new LongAdder();
  public final LongAdder incidents = new LongAdder();

  /// Time within steps that had something to append: deciding, appending and publishing.
  public final LongAdder busyNanos = new LongAdder();
}
