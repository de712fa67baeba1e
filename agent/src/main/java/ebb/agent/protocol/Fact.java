package ebb.agent.protocol;

import java.time.Duration;
import java.time.Instant;

/// All that can happen to a task. Each task has at most one end: [Exited], [Refused] or
/// [Tombstone].
public sealed interface Fact {

  /// The id is taken: from here on a second start of it does nothing. Nothing runs yet.
  record Claimed(Duration grace) implements Fact {}

  /// The main process runs. `startTicks` is field 22 of `/proc/PID/stat`; together with the boot id
  /// it names this process and no other, ever. It is −1 when the process was gone before it could
  /// be read.
  record Started(int pid, long startTicks, String bootId) implements Fact {}

  /// The tree is gone. `observed` is when the main process was seen to end, which is before the
  /// entry's own time if descendants had to be stopped. `why` is a sentence, empty for
  /// [Cause#EXITED].
  record Exited(Instant observed, ExitStatus status, Cause cause, String why, Usage usage)
      implements Fact {
    /// The cause, as far as it is known: of one that ended by itself with a status that nobody
    /// knows, nobody knows whether it had succeeded.
    public Cause end() {
      return cause == Cause.EXITED && status instanceof ExitStatus.Unknown ? Cause.LOST : cause;
    }
  }

  /// The process could not be started and never ran an instruction of the user's program.
  record Refused(String why) implements Fact {}

  /// Somebody stopped an id that was never seen: a later start of it is refused.
  record Tombstone() implements Fact {}

  /// Processes of the tree outlived SIGKILL (in the kernel, uninterruptible). The agent goes on
  /// trying, and the task's end follows if they ever go.
  record TreeRemains(int processes) implements Fact {}

  /// Whether nothing more can happen to the task.
  default boolean isEnd() {
    return switch (this) {
      case Exited _, Refused _, Tombstone _ -> true;
      case Claimed _, Started _, TreeRemains _ -> false;
    };
  }
}
