package ebb.kernel.walls.planted.app.wire;

import ebb.kernel.walls.planted.kernel.protocol.Vocabulary;

/// Planted: Azure's words and ours in one place that is not the api.
public record Shape(Vocabulary ours) {}
