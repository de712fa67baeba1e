package ebb.kernel.walls.planted.kernel.job;

import ebb.kernel.walls.planted.kernel.money.Rate;
import ebb.kernel.walls.planted.kernel.quota.Quota;

/// Planted: a subject imports another, which imports it back; the rate is allowed.
public record Job(Quota quota, Rate rate) {}
