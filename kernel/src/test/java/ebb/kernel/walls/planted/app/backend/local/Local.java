package ebb.kernel.walls.planted.app.backend.local;

import ebb.kernel.walls.planted.app.backend.slurm.Slurm;

/// Planted: a backend imports another.
public record Local(Slurm other) {}
