package ebb.simulator.faults;

import ebb.kernel.codec.FormatFiles;
import ebb.kernel.codec.JournalSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/// Writes the journals that the format files of a version keep:
///
/// ```
/// java -cp kernel/target/classes:kernel/target/test-classes:\
///   simulator/target/classes:simulator/target/test-classes \
///   ebb.simulator.faults.JournalFiles kernel/src/test/resources/formats
/// ```
public final class JournalFiles {
  /// In these two everything happens that can happen without a bug of ours.
  private static final List<Long> SEEDS = List.of(88L, 155L);

  private JournalFiles() {}

  public static void main(String[] args) throws IOException {
    Path version = FormatFiles.unreleased(Path.of(args[0]));
    for (Path old : FormatFiles.journals(version)) {
      Files.delete(old); // else one of another seed would stay, and hide what these lack
    }
    for (long seed : SEEDS) {
      SplittableRandom random = new SplittableRandom(seed);
      FaultRun run = new FaultRun(seed, Chaos.drawn(random), false, false, random, Tampering.NONE);
      run.run();
      Files.writeString(
          version.resolve("journal-" + seed + ".rows"), JournalSample.text(run.batches()));
    }
  }
}
