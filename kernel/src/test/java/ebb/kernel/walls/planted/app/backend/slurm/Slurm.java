package ebb.kernel.walls.planted.app.backend.slurm;

/// Planted, and innocent.
public record Slurm(int nodes) {}
