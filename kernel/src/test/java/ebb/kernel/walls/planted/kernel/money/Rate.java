package ebb.kernel.walls.planted.kernel.money;

/// Planted, and innocent.
public record Rate(long micros) {}
