package ebb.simulator;

import java.util.List;

/// What other idle times would have cost and spared in waiting: replays a trace once for each.
///
/// `bench/replay --idle TRACE [MAX_NODES [IDLE_SECONDS...]]`
public final class WhatIf {
  private static final List<Integer> IDLE_SECONDS = List.of(0, 60, 120, 300, 900, 1800, 3600);

  private WhatIf() {}

  public static void main(String[] args) {
    compare(Report.onScreen(), args);
  }

  static void compare(Report report, String... args) {
    List<TraceJob> trace = TraceFile.read(args[0]);
    int max = args.length > 1 ? Integer.parseInt(args[1]) : TraceReplay.Numbers.DEFAULT.maxNodes();
    List<Integer> idleSeconds =
        args.length > 2
            ? List.of(args).subList(2, args.length).stream().map(Integer::valueOf).toList()
            : IDLE_SECONDS;
    report.line(trace.size() + " jobs; dedicated nodes at list prices, each size its own cluster");
    report.head();
    for (int seconds : idleSeconds) {
      TraceReplay.Numbers numbers =
          new TraceReplay.Numbers(max, seconds * 1000L, TraceReplay.Numbers.DEFAULT.bootMillis());
      report.row(numbers, TraceReplay.of(trace, numbers));
    }
  }
}
