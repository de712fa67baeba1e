package ebb.app.bench;

import java.nio.file.Path;
import java.util.Random;

/// A job of [Kills]: what it will do, and so how it must end.
///
/// @param tree whether it leaves a daemon behind
/// @param cancelAfter milliseconds until somebody cancels it; -1 if nobody does
record Planned(
    String name, String cluster, int nodes, int millis, int code, boolean tree, int cancelAfter) {
  private static final int SHORT_MILLIS = 300;
  private static final int LONG_MILLIS = 5_000;

  static Planned draw(Random random, int number) {
    boolean gang = random.nextInt(10) == 0;
    boolean isLong = random.nextInt(8) == 0;
    int code = !gang && random.nextInt(8) == 0 ? 1 + random.nextInt(120) : 0;
    int cancelAfter = random.nextInt(10) == 0 ? random.nextInt(SHORT_MILLIS) : -1;
    return new Planned(
        "job-" + number,
        random.nextInt(4) == 0 ? Workload.ELASTIC : Workload.STEADY,
        gang ? 2 : 1,
        random.nextInt(isLong ? LONG_MILLIS : SHORT_MILLIS),
        code,
        random.nextInt(12) == 0,
        cancelAfter);
  }

  /// Infrastructure faults are what this is about: however many there are, the job is tried again.
  String body(Path program, Path truth, String mark) {
    return ("{\"cluster\":\"%s\",\"nodes\":%d,\"retries\":{\"infrastructure\":1000,\"failed\":0},"
            + "\"environment\":{\"%s\":\"%s\"},\"command\":[\"%s\",\"%s\",\"%d\",\"%d\"%s]}")
        .formatted(
            cluster,
            nodes,
            Orphans.VARIABLE,
            mark,
            program,
            truth,
            millis,
            code,
            tree ? ",\"tree\"" : "");
  }

  String cause() {
    return code == 0 ? "succeeded" : "failed";
  }

  boolean isCancelled() {
    return cancelAfter >= 0;
  }
}
