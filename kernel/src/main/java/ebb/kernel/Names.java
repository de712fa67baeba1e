package ebb.kernel;

import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.util.Collection;
import java.util.Locale;
import java.util.TreeMap;

/// Which id has which name. Names are compared without case, as Azure does.
final class Names {
  private final TreeMap<String, WorkspaceId> workspaces = new TreeMap<>();
  private final TreeMap<WorkspaceId, TreeMap<String, ClusterId>> clusters = new TreeMap<>();
  private final TreeMap<WorkspaceId, TreeMap<String, JobId>> jobs = new TreeMap<>();

  void workspace(Scope scope, WorkspaceId id, boolean present) {
    if (present) {
      workspaces.put(scope.key(), id);
      clusters.put(id, new TreeMap<>());
      jobs.put(id, new TreeMap<>());
    } else {
      workspaces.remove(scope.key());
      clusters.remove(id);
      jobs.remove(id);
    }
  }

  void cluster(WorkspaceId workspace, String name, ClusterId id, boolean present) {
    TreeMap<String, ClusterId> named = clusters(workspace);
    if (present) {
      named.put(key(name), id);
    } else {
      named.remove(key(name));
    }
  }

  void job(WorkspaceId workspace, String name, JobId id, boolean present) {
    TreeMap<String, JobId> named = jobs(workspace);
    if (present) {
      named.put(key(name), id);
    } else {
      named.remove(key(name));
    }
  }

  /// The form in which equal names are equal strings. A name in lower case, as most are, is its own
  /// key and takes no memory of its own.
  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  @Nullable
  WorkspaceId workspace(Scope scope) {
    return workspaces.get(scope.key());
  }

  /// The workspaces of a resource group.
  Collection<WorkspaceId> workspacesIn(Scope group) {
    String within = group.key() + "/";
    return workspaces.subMap(within, within + Character.MAX_VALUE).values();
  }

  @Nullable
  ClusterId cluster(WorkspaceId workspace, String name) {
    return clusters(workspace).get(key(name));
  }

  @Nullable
  JobId job(WorkspaceId workspace, String name) {
    return jobs(workspace).get(key(name));
  }

  TreeMap<String, ClusterId> clusters(WorkspaceId workspace) {
    TreeMap<String, ClusterId> named = clusters.get(workspace);
    if (named == null) {
      throw new IllegalStateException("no workspace " + workspace);
    }
    return named;
  }

  TreeMap<String, JobId> jobs(WorkspaceId workspace) {
    TreeMap<String, JobId> named = jobs.get(workspace);
    if (named == null) {
      throw new IllegalStateException("no workspace " + workspace);
    }
    return named;
  }
}
