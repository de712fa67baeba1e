package ebb.agent.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes in the making: numbers big-endian, texts as UTF-8 after their length.
public final class WireWriter {
  private byte[] bytes = new byte[512];
  private int size;

  /// Empty.
  public WireWriter() {}

  public int size() {
    return size;
  }

  /// Forgets everything after `size`.
  public void cutTo(int size) {
    this.size = size;
  }

  /// The array below, valid up to [#size] until the next write.
  public byte[] array() {
    return bytes;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  public WireWriter int1(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public WireWriter int4(int value) {
    room(4);
    putInt4(size, value);
    size += 4;
    return this;
  }

  public WireWriter int8(long value) {
    return int4((int) (value >>> 32)).int4((int) value);
  }

  public WireWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return int4(utf8.length).raw(utf8, 0, utf8.length);
  }

  public WireWriter raw(byte[] source, int offset, int length) {
    room(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
    return this;
  }

  /// Takes over all that remains in `source`, which is consumed.
  public WireWriter raw(ByteBuffer source) {
    int length = source.remaining();
    room(length);
    source.get(bytes, size, length);
    size += length;
    return this;
  }

  /// Writes a number that was not known when its place was passed.
  public void putInt4(int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
    }
  }
}
