package ebb.agent.protocol;

/// The answer to one id of a stop.
public record StopVerdict(String task, Kind kind) {

  /// What was done.
  public enum Kind implements Numbered {
    /// It lives and is being ended; its end will be in the record.
    STOPPING(1),
    /// It had ended before.
    ENDED(2),
    /// It was never seen; a later start of it is refused.
    TOMBSTONED(3),
    /// The id is not one, or its tombstone could not be written: nothing was done.
    INVALID(4);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    @Override
    public int number() {
      return number;
    }
  }
}
