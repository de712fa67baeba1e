package ebb.agent.protocol;

/// How a main process ended: with an exit code, by a signal, or nobody knows.
public sealed interface ExitStatus {

  /// It called exit with this code, 0 to 255.
  record Code(int code) implements ExitStatus {}

  /// A signal of this number ended it.
  record Signal(int signal) implements ExitStatus {}

  /// The agent that would have taken its status was dead.
  record Unknown() implements ExitStatus {}

  /// The code, or the negated number of the signal; 0 for the unknown.
  default int number() {
    return switch (this) {
      case Code(int code) -> code;
      case Signal(int signal) -> -signal;
      case Unknown _ -> 0;
    };
  }

  /// What a shell would report: the code, 128 plus the signal, or −1 for the unknown.
  default int shellCode() {
    return switch (this) {
      case Code(int code) -> code;
      case Signal(int signal) -> 128 + signal;
      case Unknown _ -> -1;
    };
  }
}
