package ebb.kernel.cluster;

import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;

/// A scope that owns clusters and jobs.
public record Workspace(
    WorkspaceId id, Scope scope, String location, boolean deleting, long createdAt) {
  public Workspace asDeleting() {
    return new Workspace(id, scope, location, true, createdAt);
  }
}
