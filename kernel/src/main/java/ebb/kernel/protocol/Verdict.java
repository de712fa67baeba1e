package ebb.kernel.protocol;

import java.util.List;

/// The kernel's answer to a command.
public sealed interface Verdict {
  /// What is now true because of the command; empty if it already was.
  record Accepted(List<Event> events) implements Verdict {
    public Accepted {
      events = List.copyOf(events);
    }
  }

  record Refused(Rejection rejection) implements Verdict {}

  Accepted NOTHING_NEW = new Accepted(List.of());

  static Verdict accepted(Event... events) {
    return new Accepted(List.of(events));
  }

  static Verdict refused(Rejection rejection) {
    return new Refused(rejection);
  }
}
