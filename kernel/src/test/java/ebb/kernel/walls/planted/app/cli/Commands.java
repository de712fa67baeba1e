package ebb.kernel.walls.planted.app.cli;

import ebb.kernel.walls.planted.app.Main;

/// Planted: Main is imported.
public record Commands(Main main) {}
