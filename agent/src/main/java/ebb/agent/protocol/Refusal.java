package ebb.agent.protocol;

import java.io.IOException;
import java.io.Serial;

/// The agent said no. Asking the same again gives the same answer, unlike any other [IOException].
public final class Refusal extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final Kind kind;

  /// What stands against it.
  public enum Kind implements Numbered {
    /// No protocol version is spoken by both.
    VERSION(1),
    /// The home belongs to another installation.
    INSTALLATION(2),
    /// Not said as the protocol says it.
    MALFORMED(3),
    /// Tasks live, and nobody said that they may be stopped.
    TASKS_LIVE(4),
    /// A position that the record does not have.
    POSITION(5),
    /// Too many connections.
    BUSY(6);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    @Override
    public int number() {
      return number;
    }
  }

  public Refusal(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
