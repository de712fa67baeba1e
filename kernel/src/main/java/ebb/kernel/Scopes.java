package ebb.kernel;

import ebb.kernel.cluster.Workspace;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.WorkspaceId;

/// Decisions about workspaces, locks and roles.
final class Scopes {
  private Scopes() {}

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
    Workspace existing = state.workspace(put.workspace());
    if (existing == null) {
      if (put.location().isBlank()) {
        return Verdict.refused(
            new Rejection.InvalidValue("location", "", "the name of a location"));
      }
      WorkspaceId id = new WorkspaceId(state.ids().next());
      return Verdict.accepted(new Event.WorkspaceCreated(id, put.workspace(), put.location()));
    }
    if (existing.deleting()) {
      return Verdict.refused(new Rejection.BeingDeleted("workspace", name));
    }
    return existing.location().equalsIgnoreCase(put.location())
        ? Verdict.NOTHING_NEW
        : Verdict.refused(new Rejection.Immutable("location", existing.location(), put.location()));
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
    return state.access.locks().contains(put.lock())
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.LockPut(put.lock()));
  }

  static Verdict deleteLock(State state, Command.DeleteLock delete) {
    return state.access.hasLock(delete.scope(), delete.name())
        ? Verdict.accepted(new Event.LockDeleted(delete.scope(), delete.name()))
        : Verdict.refused(new Rejection.NotFound("lock", delete.name()));
  }

  static Verdict assignRole(State state, Command.AssignRole assign) {
    return state.access.assignments().contains(assign.assignment())
        ? Verdict.NOTHING_NEW
        : Verdict.accepted(new Event.RoleAssigned(assign.assignment()));
  }

  static Verdict removeRole(State state, Command.RemoveRole remove) {
    return state.access.assignments().contains(remove.assignment())
        ? Verdict.accepted(new Event.RoleRemoved(remove.assignment()))
        : Verdict.refused(
            new Rejection.NotFound("role assignment", remove.assignment().principal()));
  }
}
