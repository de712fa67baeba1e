package ebb.agent.protocol;

/// Why a task ended. The numbers stand in records of released versions and never change.
public enum Cause implements Numbered {
  /// By itself, whatever its exit status says.
  EXITED(1),
  /// Its time limit passed and the agent stopped it.
  LIMIT(2),
  /// Somebody asked for it to stop.
  STOPPED(3),
  /// The agent died or was told to end: infrastructure, not the user's doing.
  LOST(4);

  private final int number;

  Cause(int number) {
    this.number = number;
  }

  /// The number that stands for this cause in records and on the wire.
  @Override
  public int number() {
    return number;
  }

  static Cause of(int number) throws MalformedFrame {
    return Numbered.find(values(), number);
  }
}
