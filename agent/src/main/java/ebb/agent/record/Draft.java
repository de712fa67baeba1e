package ebb.agent.record;

import ebb.agent.protocol.Fact;

/// A fact that has no position yet.
public record Draft(String task, Fact fact) {}
