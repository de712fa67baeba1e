package ebb.kernel.walls.planted.app;

import ebb.kernel.walls.planted.app.backend.slurm.Slurm;
import ebb.kernel.walls.planted.simulator.World;

/// Planted, and innocent: Main assembles everything.
public record Main(World world, Slurm slurm) {}
