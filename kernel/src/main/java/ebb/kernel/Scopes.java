package ebb.kernel;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.ResourceGroup;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.RoleAssignment;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.WorkspaceId;
import java.util.ArrayList;
import java.util.List;

/// Decisions about resource groups, workspaces, locks and roles.
final class Scopes {
  private Scopes() {}

  /// A group that is there because a workspace is in it is made all the same, and stays.
  static Verdict putGroup(State state, Command.PutGroup put) {
    Scope scope = put.group();
    if (!scope.isGroup() || !Rules.isGroupName(scope.group())) {
      return Verdict.refused(
          new Rejection.InvalidName("resource group", scope.group(), Rules.GROUP_NAME));
    }
    Rejection unfit = Rules.tags(put.tags());
    if (unfit != null) {
      return Verdict.refused(unfit);
    }
    String location = Locations.canonical(put.location());
    ResourceGroup existing = state.groups.find(scope);
    if (existing == null) {
      Rejection nowhere = Locations.refusal(state.prices, location);
      if (nowhere != null) {
        return Verdict.refused(nowhere);
      }
      return state.groups.within(scope.ofSubscription()).size() < Rules.GROUPS
          ? Verdict.accepted(new Event.GroupPut(scope, location, put.tags()))
          : Verdict.refused(
              new Rejection.LimitReached("resource groups of the subscription", Rules.GROUPS));
    }
    if (!Locations.canonical(existing.location()).equals(location)) {
      return Verdict.refused(new Rejection.Immutable("location", existing.location(), location));
    }
    return existing.tags().equals(put.tags())
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.GroupPut(scope, existing.location(), put.tags()));
  }

  /// One decision with all that the group contains. It is there until its last workspace is gone.
  static Verdict deleteGroup(State state, Command.DeleteGroup delete) {
    List<WorkspaceId> within =
        delete.group().isGroup() ? state.names.workspacesIn(delete.group()) : List.of();
    ResourceGroup group = state.groups.find(delete.group());
    if (within.isEmpty() && group == null) {
      return Verdict.refused(new Rejection.NotFound("resource group", delete.group().group()));
    }
    List<Event> events = new ArrayList<>();
    for (WorkspaceId id : within) {
      if (!State.require(state.workspaces.get(id), "workspace", id).deleting()) {
        events.add(new Event.WorkspaceDeleting(id));
      }
    }
    List<Scope> going =
        within.stream()
            .map(id -> State.require(state.workspaces.get(id), "workspace", id).scope())
            .toList();
    takeAlong(state, delete.group(), going, events);
    if (group != null) {
      events.add(new Event.GroupDeleted(group.scope()));
    }
    return new Verdict.Accepted(events);
  }

  /// The locks and roles on a scope that is deleted, or on anything in it, go with it: whatever is
  /// made under its name later begins without. Those of `later` go with those scopes themselves.
  static void takeAlong(State state, Scope scope, List<Scope> later, List<Event> events) {
    for (Lock lock : state.access.locks()) {
      if (goesWith(lock.scope(), scope, later)) {
        events.add(new Event.LockDeleted(lock.scope(), lock.name()));
      }
    }
    for (RoleAssignment assignment : state.access.assignments()) {
      if (goesWith(assignment.scope(), scope, later)) {
        events.add(new Event.RoleRemoved(assignment));
      }
    }
  }

  private static boolean goesWith(Scope inner, Scope scope, List<Scope> later) {
    return scope.contains(inner) && later.stream().noneMatch(each -> each.contains(inner));
  }

  static Verdict putWorkspace(State state, Command.PutWorkspace put) {
    if (!put.workspace().isWorkspace()) {
      return Verdict.refused(
          new Rejection.InvalidValue(
              "scope", put.workspace().path(), "a subscription, a resource group and a workspace"));
    }
    String name = put.workspace().workspace();
    if (!Rules.isWorkspaceName(name)) {
      return Verdict.refused(new Rejection.InvalidName("workspace", name, Rules.WORKSPACE_NAME));
    }
    List<Tag> tags = put.tags();
    Rejection unfit = tags == null ? null : Rules.tags(tags);
    if (unfit != null) {
      return Verdict.refused(unfit);
    }
    String location = Locations.canonical(put.location());
    Workspace existing = state.workspace(put.workspace());
    if (existing == null) {
      if (!Rules.isGroupName(put.workspace().group())) {
        return Verdict.refused(
            new Rejection.InvalidName("resource group", put.workspace().group(), Rules.GROUP_NAME));
      }
      Rejection nowhere = Locations.refusal(state.prices, location);
      if (nowhere != null) {
        return Verdict.refused(nowhere);
      }
      WorkspaceId id = new WorkspaceId(state.ids().next());
      Event created = new Event.WorkspaceCreated(id, put.workspace(), location);
      return tags == null || tags.isEmpty()
          ? Verdict.accepted(created)
          : Verdict.accepted(created, new Event.WorkspaceTagged(id, tags));
    }
    if (existing.deleting()) {
      return Verdict.refused(new Rejection.BeingDeleted("workspace", name));
    }
    if (!Locations.canonical(existing.location()).equals(location)) {
      return Verdict.refused(new Rejection.Immutable("location", existing.location(), location));
    }
    return tags == null || tags.equals(existing.tags())
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.WorkspaceTagged(existing.id(), tags));
  }

  /// One decision with all that the workspace contains: its clusters and jobs are ended by policy.
  static Verdict deleteWorkspace(State state, Command.DeleteWorkspace delete) {
    Workspace workspace = state.workspace(delete.workspace());
    if (workspace == null) {
      return Verdict.refused(new Rejection.NotFound("workspace", delete.workspace().workspace()));
    }
    return workspace.deleting()
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.WorkspaceDeleting(workspace.id()));
  }

  static Verdict putLock(State state, Command.PutLock put) {
    if (put.lock().name().isBlank() || put.lock().name().length() > Rules.LOCK_NAME_LENGTH) {
      return Verdict.refused(
          new Rejection.InvalidName("lock", put.lock().name(), "1 to 260 characters"));
    }
    Rejection nowhere = nothingAt(state, put.lock().scope());
    if (nowhere != null) {
      return Verdict.refused(nowhere);
    }
    return state.access.locks().contains(put.lock())
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.LockPut(put.lock()));
  }

  /// Why there is nothing at the scope that a lock or role could be on; null if there is: what is
  /// made there later begins without. Subscriptions are there without being made.
  private static @Nullable Rejection nothingAt(State state, Scope scope) {
    if (scope.group().isEmpty()) {
      return null;
    }
    if (scope.workspace().isEmpty()) {
      return noGroup(state, scope);
    }
    Workspace workspace =
        state.workspace(Scope.workspace(scope.subscription(), scope.group(), scope.workspace()));
    if (scope.cluster().isEmpty()) {
      return workspace != null && !workspace.deleting()
          ? null
          : Clusters.noWorkspace(workspace, scope);
    }
    if (workspace == null) {
      return new Rejection.ParentNotFound("cluster", "workspace", scope.workspace());
    }
    Cluster cluster = state.cluster(workspace.id(), scope.cluster());
    if (cluster == null) {
      return new Rejection.NotFound("cluster", scope.cluster());
    }
    return cluster.deleting() || workspace.deleting()
        ? new Rejection.BeingDeleted("cluster", cluster.name())
        : null;
  }

  private static @Nullable Rejection noGroup(State state, Scope group) {
    List<WorkspaceId> within = state.names.workspacesIn(group);
    if (state.groups.find(group) != null
        || within.stream()
            .anyMatch(id -> !State.require(state.workspaces.get(id), "workspace", id).deleting())) {
      return null;
    }
    return within.isEmpty()
        ? new Rejection.NotFound("resource group", group.group())
        : new Rejection.BeingDeleted("resource group", group.group());
  }

  static Verdict deleteLock(State state, Command.DeleteLock delete) {
    return state.access.hasLock(delete.scope(), delete.name())
        ? Verdict.accepted(new Event.LockDeleted(delete.scope(), delete.name()))
        : Verdict.refused(new Rejection.NotFound("lock", delete.name()));
  }

  static Verdict assignRole(State state, Command.AssignRole assign) {
    if (state.access.assignments().contains(assign.assignment())) {
      return Verdict.NOTHING_NEW;
    }
    Rejection nowhere = nothingAt(state, assign.assignment().scope());
    return nowhere != null
        ? Verdict.refused(nowhere)
        : Verdict.accepted(new Event.RoleAssigned(assign.assignment()));
  }

  static Verdict removeRole(State state, Command.RemoveRole remove) {
    return state.access.assignments().contains(remove.assignment())
        ? Verdict.accepted(new Event.RoleRemoved(remove.assignment()))
        : Verdict.refused(
            new Rejection.NotFound("role assignment", remove.assignment().principal()));
  }
}
