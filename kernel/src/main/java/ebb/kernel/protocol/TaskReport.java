package ebb.kernel.protocol;

/// What a backend knows about the end of a task.
///
/// @param code exit code, or the negative number of the signal that ended it
/// @param cpuMillis processor time of the task and all it started
/// @param peakMemoryKibibytes largest resident memory of one of its processes
/// @param detail why it was refused or lost, in words; empty otherwise
public record TaskReport(
    TaskEnd end, int code, long cpuMillis, long peakMemoryKibibytes, String detail) {}
