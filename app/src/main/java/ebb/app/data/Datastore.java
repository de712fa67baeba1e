package ebb.app.data;

import ebb.kernel.protocol.Scope;
import java.nio.file.Path;
import java.util.List;

/// A folder of this machine that an owner has given a name, so that jobs may name what is in it.
///
/// @param root a real path, not a link
/// @param isWritable whether jobs may leave outputs in it
/// @param workspaces the paths of those whose jobs may use it
public record Datastore(String name, Path root, boolean isWritable, List<String> workspaces) {
  public Datastore {
    workspaces = List.copyOf(workspaces);
  }

  /// Whether the jobs of a workspace may use it.
  public boolean isFor(Scope workspace) {
    return workspaces.stream().anyMatch(path -> path.equalsIgnoreCase(workspace.path()));
  }
}
