package ebb.kernel.codec;

import java.util.Arrays;

/// Bytes that grow. Whole numbers take as many bytes as they need, seven bits in each.
final class ByteWriter {
  private static final int LONGEST_VARINT = 10;

  /// What every JVM can still allocate.
  private static final int LARGEST = Integer.MAX_VALUE - 16;

  private byte[] bytes;
  private int size;

  ByteWriter() {
    this(1024);
  }

  ByteWriter(int capacity) {
    bytes = new byte[capacity];
  }

  int size() {
    return size;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  /// Forgets what was written and keeps the room.
  void clear() {
    size = 0;
  }

  /// For numbers, counts and lengths: a negative one is written too, at its full length.
  void unsigned(long value) {
    reserve(LONGEST_VARINT);
    int at = size;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    size = at;
  }

  /// Zigzag: short for small numbers on both sides of zero.
  void signed(long value) {
    unsigned((value << 1) ^ (value >> 63));
  }

  void bool(boolean value) {
    reserve(1);
    bytes[size++] = (byte) (value ? 1 : 0);
  }

  void string(String value) {
    int length = Utf8.length(value);
    unsigned(length);
    reserve(length);
    if (length == value.length()) {
      for (int i = 0; i < length; i++) {
        bytes[size + i] = (byte) value.charAt(i);
      }
    } else {
      Utf8.write(value, bytes, size);
    }
    size += length;
  }

  /// As they are, without a length.
  void raw(byte[] value) {
    reserve(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      grow(more);
    }
  }

  private void grow(int more) {
    if (LARGEST - size < more) {
      throw new IllegalStateException("More than " + LARGEST + " bytes in one piece");
    }
    long doubled = Math.max((long) bytes.length * 2, (long) size + more);
    bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, LARGEST));
  }
}
