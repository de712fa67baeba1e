package ebb.kernel.cluster;

import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import java.util.List;

/// A scope that somebody made to own workspaces. Others come and go with the workspaces in them.
public record ResourceGroup(Scope scope, String location, List<Tag> tags, long createdAt) {
  public ResourceGroup {
    tags = List.copyOf(tags);
  }
}
