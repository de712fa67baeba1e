package ebb.app.backend.local;

import ebb.agent.protocol.Fact;
import ebb.agent.protocol.Usage;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// An end in the agent's words, in the kernel's, with what the task has used and left. What was
/// made for it beside its folder is cleared away.
final class TaskEnds {
  private static final long BYTES_IN_MEBIBYTE = 1024 * 1024;

  /// The reserve of a server's home is as large by default: it may have been given up meanwhile.
  private static final long SCARCE_BYTES = 64 * BYTES_IN_MEBIBYTE;

  /// An end that the server hears of later, because it was away, says nothing about the disk now.
  private static final Duration JUST_ENDED = Duration.ofSeconds(5);

  /// What podman ends with when its container's first process was ended by SIGKILL: 128 and 9.
  private static final int KILLED_IN_CONTAINER = 137;

  private final Confines confines;
  private final RunFolders folders;
  private final Function<AttemptId, Optional<RunFolders.Of>> attempts;
  private final InstantSource wall;

  TaskEnds(
      Confines confines,
      RunFolders folders,
      Function<AttemptId, Optional<RunFolders.Of>> attempts,
      InstantSource wall) {
    this.wall = wall;
    this.confines = confines;
    this.folders = folders;
    this.attempts = attempts;
  }

  /// What it has used of the disk counts if that is why it was stopped: empty if it was not. What a
  /// group of processes has used counts more than what the agent saw of the main one's.
  TaskReport of(AgentTask task, Fact.Exited exited, String overDisk) {
    TaskEnd end =
        switch (exited.end()) {
          case EXITED -> TaskEnd.EXITED;
          case LIMIT -> TaskEnd.LIMIT;
          case STOPPED -> overDisk.isEmpty() ? TaskEnd.STOPPED : TaskEnd.DISK;
          case LOST -> TaskEnd.LOST;
        };
    Confines.Ended ended = confines.end(task.text(), exited.status().number() != 0);
    ControlGroups.Usage group = ended.usage();
    Usage usage = exited.usage();
    Optional<Unprepared> unprepared = unprepared(task, exited);
    return new TaskReport(
        unprepared.map(Unprepared::end).orElse(end),
        unprepared.isPresent() ? 0 : exited.status().number(),
        Math.max(group.cpuMillis(), usage.user().plus(usage.system()).toMillis()),
        Math.max(group.peakMemoryKibibytes(), usage.peakMemoryKib()),
        Math.max(group.bytesRead(), usage.bytesRead()),
        Math.max(group.bytesWritten(), usage.bytesWritten()),
        checkpoint(task),
        unprepared
            .map(Unprepared::why)
            .orElse(end == TaskEnd.DISK ? overDisk : why(task, exited, ended)));
  }

  private Optional<Unprepared> unprepared(AgentTask task, Fact.Exited exited) {
    return run(task).flatMap(run -> Unprepared.of(exited, run.stderr()));
  }

  /// What a program cannot say itself that found no room, for its log has none either.
  private String why(AgentTask task, Fact.Exited exited, Confines.Ended ended) {
    String why = why(exited, ended);
    return why.isEmpty() && exited.status().number() != 0 ? scarce(task, exited.observed()) : why;
  }

  private String scarce(AgentTask task, Instant ended) {
    Optional<RunFolders.Run> run = run(task);
    try {
      long free =
          run.isEmpty()
              ? Long.MAX_VALUE
              : Files.getFileStore(run.get().workingDirectory()).getUsableSpace();
      return scarce(free, Duration.between(ended, wall.instant()));
    } catch (IOException unreadable) {
      return "";
    }
  }

  /// @param since the end; below nothing if the clock was set back meanwhile
  static String scarce(long freeBytes, Duration since) {
    return freeBytes >= SCARCE_BYTES || since.abs().compareTo(JUST_ENDED) > 0
        ? ""
        : "the server's disk had %d MiB left then, which may be why ('ebb gc' removes what ended jobs have left between)"
            .formatted(freeBytes / BYTES_IN_MEBIBYTE);
  }

  /// A program that was killed for want of memory cannot say so itself.
  private static String why(Fact.Exited exited, Confines.Ended ended) {
    ControlGroups.Usage group = ended.usage();
    if (!exited.why().isEmpty() || exited.status().number() == 0) {
      return exited.why();
    }
    if (group.killed() == 0 && group.forksRefused() > 0) {
      return "it wanted more processes than it may have (threads count), and was refused %d times: it may have %d"
          .formatted(group.forksRefused(), group.processesMax());
    }
    if (group.killed() == 0) {
      return ended.wasContained()
              && exited.status().number() == KILLED_IN_CONTAINER
              && group.reachedLimit()
          ? "it was killed, and its memory (files that it has read count) had reached the limit: it may use %d MiB: what its VM size has, or the machine if that has less"
              .formatted(group.memoryLimitBytes() / BYTES_IN_MEBIBYTE)
          : "";
    }
    return group.memoryLimitBytes() == 0
        ? "processes of it were killed, for the machine had no more memory"
        : "processes of it were killed for want of memory: it may use %d MiB: what its VM size has, or the machine if that has less"
            .formatted(group.memoryLimitBytes() / BYTES_IN_MEBIBYTE);
  }

  TaskReport withoutRun(AgentTask task, TaskEnd end, String detail) {
    confines.end(task.text(), false);
    return new TaskReport(end, 0, 0, 0, detail);
  }

  /// Clears away what is still there of tasks that are over: their ends were told by an earlier
  /// life of the server, which had no time left for it. A task whose attempt lives may be started
  /// yet, under the same name, and has an end of its own to come.
  void clearAllBut(Predicate<TaskId> known) {
    for (AgentTask task : confines.contained()) {
      if (!known.test(task.task()) && attempts.apply(task.task().attempt()).isEmpty()) {
        confines.end(task.text(), false);
      }
    }
  }

  private String checkpoint(AgentTask task) {
    Optional<RunFolders.Run> run = run(task);
    if (run.isEmpty()) {
      return "";
    }
    try {
      return folders.newestCheckpoint(run.get());
    } catch (IOException unreadable) {
      return ""; // The task's own doing: none is known.
    }
  }

  /// Empty if the job is not known any more.
  private Optional<RunFolders.Run> run(AgentTask task) {
    return attempts
        .apply(task.task().attempt())
        .map(of -> folders.run(of.job(), of.attemptNumber(), task.task().rank()));
  }
}
