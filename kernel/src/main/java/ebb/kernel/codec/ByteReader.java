package ebb.kernel.codec;

import java.util.Arrays;

/// Reads what [ByteWriter] wrote and trusts nothing: whatever does not fit is [Malformed]. A value
/// has one spelling only, so that equal values are equal bytes.
final class ByteReader {
  private final byte[] bytes;
  private final int end;
  private int position;

  ByteReader(byte[] bytes) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  long unsigned() {
    if (position < end && bytes[position] >= 0) {
      return bytes[position++];
    }
    return longUnsigned();
  }

  private long longUnsigned() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position >= end) {
        throw malformed("a number is cut off");
      }
      byte next = bytes[position++];
      if (shift == 63 && (next & 0xFF) > 1) {
        throw malformed("a number has more than 64 bits");
      }
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        if (next == 0 && shift > 0) {
          throw malformed("a number is longer than it needs to be");
        }
        return value;
      }
    }
    throw malformed("a number has more than 64 bits");
  }

  long signed() {
    long value = unsigned();
    return (value >>> 1) ^ -(value & 1);
  }

  int signedInt() {
    long value = signed();
    if (value != (int) value) {
      throw malformed(value + " is not an int");
    }
    return (int) value;
  }

  /// A number of the tables, or of a version: small and never negative.
  int number() {
    long value = unsigned();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw malformed(Long.toUnsignedString(value) + " is no number of a format");
    }
    return (int) value;
  }

  /// How many things follow, each of which takes a byte at least: so a count that is a lie never
  /// becomes an array.
  int count() {
    long value = unsigned();
    if (value < 0 || value > remaining()) {
      throw malformed(
          Long.toUnsignedString(value) + " things cannot be in " + remaining() + " bytes");
    }
    return (int) value;
  }

  boolean bool() {
    if (position >= end) {
      throw malformed("a truth value is cut off");
    }
    byte value = bytes[position++];
    if (value != 0 && value != 1) {
      throw malformed(value + " is neither true nor false");
    }
    return value == 1;
  }

  String string() {
    int length = count();
    int from = position;
    position += length;
    return Utf8.read(bytes, from, position);
  }

  byte[] raw(int length) {
    if (length > remaining()) {
      throw malformed(length + " bytes cannot be in " + remaining());
    }
    position += length;
    return Arrays.copyOfRange(bytes, position - length, position);
  }

  /// Nothing may be left over.
  void expectEnd() {
    if (remaining() != 0) {
      throw malformed(remaining() + " bytes too many");
    }
  }

  Malformed malformed(String what) {
    return new Malformed(position, what);
  }
}
