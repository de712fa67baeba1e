package ebb.kernel.protocol;

/// What a lock forbids below its scope. Either level also stops scaling, as with Azure.
public enum LockLevel {
  CANNOT_DELETE,
  READ_ONLY
}
