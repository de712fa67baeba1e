package ebb.agent.protocol;

/// The answer to one order of a start. Only [Kind#CLAIMED] changed anything.
public record StartVerdict(String task, Kind kind, String why) {

  /// What was done.
  public enum Kind implements Numbered {
    /// The id is taken and the process will be started; the record says how that went.
    CLAIMED(1),
    /// The id was taken before: nothing was done, and the record tells its story.
    KNOWN(2),
    /// The id was stopped before it started.
    TOMBSTONED(3),
    /// The order cannot be carried out, now or later.
    INVALID(4),
    /// The agent cannot take it now; asking again later can help.
    BUSY(5);

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
