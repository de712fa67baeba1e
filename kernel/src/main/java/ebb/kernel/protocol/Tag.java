package ebb.kernel.protocol;

/// A name and a value that a user hangs on a thing.
public record Tag(String name, String value) {}
