package ebb.agent.protocol;

import java.nio.ByteBuffer;

/// One message: a kind and its body.
public record Frame(FrameKind kind, ByteBuffer body) {

  public Frame(FrameKind kind, WireWriter body) {
    this(kind, ByteBuffer.wrap(body.array(), 0, body.size()));
  }

  public static Frame empty(FrameKind kind) {
    return new Frame(kind, ByteBuffer.allocate(0));
  }

  public WireReader reader() {
    return new WireReader(body.duplicate());
  }
}
