package ebb.kernel.protocol;

/// Which thing of a kind. See [Id] for how the number is made.
public sealed interface EntityId permits WorkspaceId, ClusterId, NodeId, JobId, AttemptId {
  long value();
}
