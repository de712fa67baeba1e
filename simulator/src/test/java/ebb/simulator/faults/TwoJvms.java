package ebb.simulator.faults;

import java.util.List;

/// What the second JVM of [FaultSimulationTest] runs: prints the hash of each seed's journal.
final class TwoJvms {
  static final List<Long> SEEDS = List.of(1L, 2L, 3L, 5L, 8L, 13L, 21L, 34L);

  private TwoJvms() {}

  public static void main(String[] args) {
    for (long seed : SEEDS) {
      System.out.println(FaultRun.of(seed).journalHash());
    }
  }
}
