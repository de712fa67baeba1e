package ebb.agent.protocol;

/// What a frame is; a request is answered by exactly one frame, in the order of the requests.
public enum FrameKind implements Numbered {
  HELLO(1),
  START(2),
  STOP(3),
  FOLLOW(4),
  ACKNOWLEDGE(5),
  LIST(6),
  FORGET(7),
  SHUTDOWN(8),

  WELCOME(65),
  STARTS(66),
  STOPS(67),
  /// Entries of the record as they stand in the file; an empty one says "still here".
  ENTRIES(68),
  DONE(69),
  LISTING(70),
  NOT_FORGOTTEN(71),
  REFUSAL(127);

  private final int number;

  FrameKind(int number) {
    this.number = number;
  }

  @Override
  public int number() {
    return number;
  }

  static FrameKind of(int number) throws MalformedFrame {
    return Numbered.find(values(), number);
  }
}
