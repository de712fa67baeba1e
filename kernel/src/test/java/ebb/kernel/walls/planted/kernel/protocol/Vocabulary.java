package ebb.kernel.walls.planted.kernel.protocol;

import ebb.kernel.walls.planted.kernel.money.Rate;

/// Planted: the vocabulary imports something of ours.
public record Vocabulary(Rate rate) {}
