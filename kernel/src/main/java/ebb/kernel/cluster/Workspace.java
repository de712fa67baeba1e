package ebb.kernel.cluster;

import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.WorkspaceId;
import java.util.List;

/// A scope that owns clusters and jobs.
public record Workspace(
    WorkspaceId id,
    Scope scope,
    String location,
    boolean deleting,
    long createdAt,
    List<Tag> tags) {
  public Workspace {
    tags = List.copyOf(tags);
  }

  public Workspace asDeleting() {
    return new Workspace(id, scope, location, true, createdAt, tags);
  }

  public Workspace with(List<Tag> other) {
    return new Workspace(id, scope, location, deleting, createdAt, other);
  }
}
