package ebb.agent.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Reads what [WireWriter] wrote, trusting nothing: a length beyond the end is a [MalformedFrame].
public final class WireReader {
  private final ByteBuffer bytes;

  public WireReader(byte[] bytes) {
    this(ByteBuffer.wrap(bytes));
  }

  public WireReader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  public int remaining() {
    return bytes.remaining();
  }

  public int int1() throws MalformedFrame {
    need(1);
    return Byte.toUnsignedInt(bytes.get());
  }

  public int int4() throws MalformedFrame {
    need(4);
    return bytes.getInt();
  }

  public long int8() throws MalformedFrame {
    need(8);
    return bytes.getLong();
  }

  public String text() throws MalformedFrame {
    int length = int4();
    need(length);
    byte[] utf8 = new byte[length];
    bytes.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /// A reader of the next `length` bytes, which are consumed here.
  public WireReader part(int length) throws MalformedFrame {
    need(length);
    WireReader part = new WireReader(bytes.slice(bytes.position(), length));
    bytes.position(bytes.position() + length);
    return part;
  }

  /// A count of things of which each takes at least `bytesEach`, so that a lie cannot claim memory.
  public int count(int bytesEach) throws MalformedFrame {
    int count = int4();
    if (count < 0 || count > remaining() / bytesEach) {
      throw new MalformedFrame("a count of " + count + " in " + remaining() + " bytes");
    }
    return count;
  }

  private void need(int length) throws MalformedFrame {
    if (length < 0 || length > bytes.remaining()) {
      throw new MalformedFrame(length + " bytes wanted, " + bytes.remaining() + " left");
    }
  }
}
