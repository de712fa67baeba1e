package ebb.simulator.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ebb.kernel.protocol.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Seeds that every build runs. `bench/faults N` runs more.
class FaultSimulationTest {
  private static final int SEEDS = 300;

  /// So many of them are looked at closely after every step: that every derived index equals its
  /// recomputation takes most of their time.
  private static final int LOOKED_AT_CLOSELY = 10;

  @Test
  void everyPromiseHoldsInTheFixedSeedsAndEveryKindOfEventHappensInThem() {
    TreeSet<String> happened = new TreeSet<>();
    LongStream.rangeClosed(1, SEEDS)
        .forEach(seed ->
            assertThatCode(() -> happened.addAll(run(seed).kinds().keySet()))
                .as("%s", Faults.rerun(seed))
                .doesNotThrowAnyException());
    assertThat(happened).containsAll(kindsThatCanHappen());
  }

  private static FaultRun.Outcome run(long seed) {
    return seed <= LOOKED_AT_CLOSELY ? FaultRun.closely(seed) : FaultRun.of(seed);
  }

  @Test
  void whoLooksCloselySeesEveryStepOfTheSameWorld() {
    FaultRun.Outcome closely = FaultRun.closely(2);
    assertThat(closely.looks()).isEqualTo(closely.steps());
    assertThat(closely.journalHash()).isEqualTo(FaultRun.of(2).journalHash());
  }

  /// Found by `bench/faults`: nodes counted as extra for the head of the queue grew by the mere
  /// passing of time when what held them was overdue, and nobody looked at the cluster again.
  @Test
  void whatIsOverdueDoesNotFreeMoreNodesForBackfillAsTimePasses() {
    long seed = 658;
    assertThatCode(() -> FaultRun.of(seed)).as("%s", Faults.rerun(seed)).doesNotThrowAnyException();
  }

  @Test
  void aLineThatWouldRunNothingIsRefusedAndWhatRanIsCounted() throws InterruptedException {
    for (String line :
        List.of("0", "x", "", "1 --threads 0", "1 --from", "--seed x", "--seed 0", "1 --seed 1")) {
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code =
          Faults.run(new PrintStream(err, true, StandardCharsets.UTF_8), line.split(" ", -1));
      assertThat(code).as(line).isEqualTo(2);
      assertThat(err.toString(StandardCharsets.UTF_8))
          .hasLineCount(1)
          .contains("usage: bench/faults N");
    }
    assertThat(Faults.run(System.err, "2", "--from", "5", "--threads", "1")).isZero();
  }

  /// Roles are assigned once, by the start.
  private static List<String> kindsThatCanHappen() {
    List<String> unseen = List.of("RoleRemoved");
    return Stream.of(Event.class.getPermittedSubclasses())
        .flatMap(group -> Stream.of(group.getPermittedSubclasses()))
        .map(Class::getSimpleName)
        .filter(kind -> !unseen.contains(kind))
        .toList();
  }

  @Test
  void oneSeedGivesOneJournalAlsoInAnotherJvm() throws IOException, InterruptedException {
    List<String> here = new ArrayList<>();
    for (long seed : TwoJvms.SEEDS) {
      FaultRun.Outcome outcome = FaultRun.of(seed);
      assertThat(outcome.steps()).isGreaterThan(50);
      assertThat(FaultRun.of(seed).journalHash()).isEqualTo(outcome.journalHash());
      here.add(outcome.journalHash());
    }
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TwoJvms.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(other.waitFor()).isZero();
    assertThat(printed.lines().toList()).isEqualTo(here);
  }
}
