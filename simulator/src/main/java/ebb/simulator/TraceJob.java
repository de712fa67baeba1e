package ebb.simulator;

/// A job as a trace recorded it.
public record TraceJob(long submitMillis, long durationMillis, int gpus, String user) {}
