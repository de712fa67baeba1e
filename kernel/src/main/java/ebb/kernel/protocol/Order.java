package ebb.kernel.protocol;

/// A command with what the engine stamps on it: when it was taken, who sent it, and the sender's
/// name for the request, by which it can be found again.
public record Order(long at, Actor actor, String requestId, Command command) {}
