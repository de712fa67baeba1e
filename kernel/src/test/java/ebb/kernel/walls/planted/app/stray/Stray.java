package ebb.kernel.walls.planted.app.stray;

import ebb.kernel.walls.planted.app.wire.Shape;

/// Planted: a package that has no row in the table.
public record Stray(Shape shape) {}
