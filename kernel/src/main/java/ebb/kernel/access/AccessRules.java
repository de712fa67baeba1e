package ebb.kernel.access;

import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.LockLevel;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Role;
import ebb.kernel.protocol.RoleAssignment;
import ebb.kernel.protocol.Scope;
import java.util.ArrayList;
import java.util.List;

/// The role assignments and locks in force. Immutable, so that readers outside the kernel ask the
/// same rules as the kernel itself.
public record AccessRules(List<RoleAssignment> assignments, List<Lock> locks) {
  public static final AccessRules NOBODY = new AccessRules(List.of(), List.of());

  public AccessRules {
    assignments = List.copyOf(assignments);
    locks = List.copyOf(locks);
  }

  /// May this actor do this here? Null if so, else what stands in the way.
  public @Nullable Rejection refusal(Actor actor, Action action, Scope scope) {
    if (!allowed(actor.principal(), action, scope)) {
      return new Rejection.NotAuthorized(actor.principal(), action, scope);
    }
    Lock lock = lockAgainst(action, scope);
    return lock == null ? null : new Rejection.Locked(lock, scope);
  }

  private boolean allowed(String principal, Action action, Scope scope) {
    for (RoleAssignment assignment : assignments) {
      if (assignment.principal().equals(principal)
          && assignment.scope().contains(scope)
          && grants(assignment.role(), action)) {
        return true;
      }
    }
    return false;
  }

  private static boolean grants(Role role, Action action) {
    return switch (role) {
      case OWNER -> true;
      case CONTRIBUTOR -> action != Action.GOVERN;
      case READER -> action == Action.READ;
    };
  }

  /// A lock forbids deleting here; one that makes read-only forbids writing too. What contains
  /// something locked cannot be deleted either, as with Azure. Locks, roles and limits themselves
  /// stay changeable, or nobody could ever take a lock away.
  private @Nullable Lock lockAgainst(Action action, Scope scope) {
    for (Lock lock : locks) {
      boolean forbids =
          action == Action.DELETE
              || (action == Action.WRITE && lock.level() == LockLevel.READ_ONLY);
      boolean within = action == Action.DELETE && scope.contains(lock.scope());
      if (forbids && (within || lock.scope().contains(scope))) {
        return lock;
      }
    }
    return null;
  }

  /// The lock that stops scaling at this scope, as any lock on an enclosing scope does; null if
  /// none.
  public @Nullable Lock scalingLock(Scope scope) {
    for (Lock lock : locks) {
      if (lock.scope().contains(scope)) {
        return lock;
      }
    }
    return null;
  }

  public AccessRules with(RoleAssignment assignment) {
    List<RoleAssignment> next = new ArrayList<>(assignments);
    next.add(assignment);
    return new AccessRules(next, locks);
  }

  public AccessRules without(RoleAssignment assignment) {
    return new AccessRules(
        assignments.stream().filter(each -> !each.equals(assignment)).toList(), locks);
  }

  public AccessRules with(Lock lock) {
    List<Lock> next = new ArrayList<>(without(lock.scope(), lock.name()).locks);
    next.add(lock);
    return new AccessRules(assignments, next);
  }

  public AccessRules without(Scope scope, String name) {
    return new AccessRules(
        assignments, locks.stream().filter(lock -> !sameLock(lock, scope, name)).toList());
  }

  public boolean hasLock(Scope scope, String name) {
    return locks.stream().anyMatch(lock -> sameLock(lock, scope, name));
  }

  private static boolean sameLock(Lock lock, Scope scope, String name) {
    return lock.name().equalsIgnoreCase(name) && lock.scope().key().equals(scope.key());
  }
}
