package ebb.agent.posix;

/// What `/proc/PID/stat` says of a process. Pid and start time together name it.
public record ProcessStat(int pid, int parent, int session, long startTicks, boolean dead) {}
