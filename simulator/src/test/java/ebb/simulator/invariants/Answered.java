package ebb.simulator.invariants;

import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Verdict;

/// What a user was told about a request.
public record Answered(String requestId, Command.Wish wish, Verdict verdict) {}
