package ebb.kernel.walls.planted.agent;

import ebb.kernel.walls.planted.kernel.money.Rate;

/// Planted: the agent knows the kernel.
public record Agent(Rate rate) {}
