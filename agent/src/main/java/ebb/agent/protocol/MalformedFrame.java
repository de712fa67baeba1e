package ebb.agent.protocol;

import java.io.IOException;
import java.io.Serial;

/// Bytes that are not what the protocol or the record's format says.
public final class MalformedFrame extends IOException {
  @Serial private static final long serialVersionUID = 1;

  public MalformedFrame(String message) {
    super(message);
  }
}
