package ebb.kernel.protocol;

/// What a backend knows about the end of a task.
///
/// @param code exit code, or the negative number of the signal that ended it
/// @param cpuMillis processor time of the task and all it started
/// @param peakMemoryKibibytes largest resident memory of one of its processes
/// @param bytesRead from disks; 0 if the backend cannot say
/// @param bytesWritten to disks; 0 if the backend cannot say
/// @param checkpoint the newest checkpoint it left, by name; empty if none is known
/// @param detail why it was refused or lost, in words; empty otherwise
public record TaskReport(
    TaskEnd end,
    int code,
    long cpuMillis,
    long peakMemoryKibibytes,
    long bytesRead,
    long bytesWritten,
    String checkpoint,
    String detail) {

  /// A report by somebody who saw no bytes and no checkpoint.
  public TaskReport(
      TaskEnd end, int code, long cpuMillis, long peakMemoryKibibytes, String detail) {
    this(end, code, cpuMillis, peakMemoryKibibytes, 0, 0, "", detail);
  }
}
