package ebb.kernel.protocol;

/// A named lock at a scope.
public record Lock(Scope scope, String name, LockLevel level) {}
