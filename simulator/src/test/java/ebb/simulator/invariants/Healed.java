package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.engine.Batch;
import ebb.simulator.World;
import java.util.List;

/// All there is at the end of a run.
///
/// @param journal every durable batch, read back from its bytes
public record Healed(State state, World world, History history, List<Batch> journal) {}
