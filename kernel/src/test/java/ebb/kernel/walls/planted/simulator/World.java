package ebb.kernel.walls.planted.simulator;

import ebb.kernel.walls.planted.app.backend.slurm.Slurm;
import ebb.kernel.walls.planted.kernel.money.Rate;

/// Planted: the simulator reaches a live adapter; the kernel is allowed.
public record World(Slurm cheat, Rate rate) {}
