package ebb.kernel;

import ebb.kernel.collection.HashedMap;
import ebb.kernel.collection.IdMap;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Which id has which name. Names are compared without case, as Azure does.
final class Names {
  private final TreeMap<Scope, WorkspaceId> workspaces = new TreeMap<>(Scope.WITHOUT_CASE);
  private final IdMap<WorkspaceId, HashedMap<String, ClusterId>> clusters =
      new IdMap<>(WorkspaceId::new);
  private final IdMap<WorkspaceId, HashedMap<String, JobId>> jobs = new IdMap<>(WorkspaceId::new);

  void workspace(Scope scope, WorkspaceId id, boolean present) {
    if (present) {
      workspaces.put(scope, id);
      clusters.put(id, new HashedMap<>());
      jobs.put(id, new HashedMap<>());
    } else {
      workspaces.remove(scope);
      clusters.remove(id);
      jobs.remove(id);
    }
  }

  void cluster(WorkspaceId workspace, String name, ClusterId id, boolean present) {
    HashedMap<String, ClusterId> named = clusters(workspace);
    if (present) {
      named.put(key(name), id);
    } else {
      named.remove(key(name));
    }
  }

  void job(WorkspaceId workspace, String name, JobId id, boolean present) {
    HashedMap<String, JobId> named = jobs(workspace);
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
    return workspaces.get(scope);
  }

  /// The workspaces of a resource group.
  List<WorkspaceId> workspacesIn(Scope group) {
    return workspaces.tailMap(group).entrySet().stream()
        .takeWhile(entry -> group.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  @Nullable
  ClusterId cluster(WorkspaceId workspace, String name) {
    return clusters(workspace).get(key(name));
  }

  @Nullable
  JobId job(WorkspaceId workspace, String name) {
    return jobs(workspace).get(key(name));
  }

  HashedMap<String, ClusterId> clusters(WorkspaceId workspace) {
    HashedMap<String, ClusterId> named = clusters.get(workspace);
    if (named == null) {
      throw new IllegalStateException("no workspace " + workspace);
    }
    return named;
  }

  HashedMap<String, JobId> jobs(WorkspaceId workspace) {
    HashedMap<String, JobId> named = jobs.get(workspace);
    if (named == null) {
      throw new IllegalStateException("no workspace " + workspace);
    }
    return named;
  }
}
