package ebb.kernel.protocol;

/// A role that a principal has at a scope and below it.
public record RoleAssignment(String principal, Role role, Scope scope) {}
