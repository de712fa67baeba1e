package ebb.kernel.walls.planted.kernel.quota;

import ebb.kernel.walls.planted.kernel.job.Job;

/// Planted: the other half of a cycle.
public record Quota(Job[] holders) {}
