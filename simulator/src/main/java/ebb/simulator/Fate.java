package ebb.simulator;

import ebb.kernel.engine.Backend;

/// What will become of the nodes and tasks of a modelled world, settled when each begins: drawn
/// from a seeded generator, or read from a trace.
public interface Fate {
  NodeFate node(Backend.StartNode start);

  TaskFate task(Backend.StartTask start);

  /// What becomes of a node.
  ///
  /// @param refused the backend cannot give the node at all
  /// @param bootMillis from claim to ready
  /// @param lifeMillis from claim to an end that nobody asked for; [VirtualTime#NEVER] if none
  ///   comes
  /// @param preempted whether that end is announced and the node then waits to be let go, rather
  ///   than dying
  /// @param leaveMillis from the order to stop to gone
  record NodeFate(
      boolean refused, long bootMillis, long lifeMillis, boolean preempted, long leaveMillis) {}

  /// What becomes of a task.
  ///
  /// @param refused the command cannot be started
  /// @param prepareMillis from acceptance to the first instruction
  /// @param runMillis from there to its end by itself
  /// @param code the exit code then
  /// @param stopMillis from being told to stop to the end, if the grace allows
  record TaskFate(boolean refused, long prepareMillis, long runMillis, int code, long stopMillis) {}
}
