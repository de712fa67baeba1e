package ebb.kernel.protocol;

import java.util.List;

/// What one decision made true, with who and what caused it. The events of one decision are never
/// split.
///
/// @param at when the kernel took the command or, for its own decisions, the time it was given
/// @param observed when the world saw what was reported; 0 if nothing was
/// @param requestId the sender's name for the request; empty for the kernel's own decisions
/// @param cause the kind of command, or of policy, that decided
public record Envelope(
    long at, long observed, Actor actor, String requestId, String cause, List<Event> events) {
  public Envelope {
    events = List.copyOf(events);
  }
}
