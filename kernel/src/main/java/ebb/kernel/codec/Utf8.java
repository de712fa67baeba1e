package ebb.kernel.codec;

import java.nio.charset.StandardCharsets;

/// UTF-8 in which every Java string comes back equal: half of a surrogate pair that stands alone is
/// kept, in three bytes, where the JDK would write a question mark. Read strictly, so that equal
/// strings are equal bytes.
final class Utf8 {
  private Utf8() {}

  static int length(String text) {
    int length = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        length += c < 0x800 ? 1 : 2;
        if (isPair(text, i)) {
          // Four bytes for two chars: two for each, of which one is counted already.
          i++;
        }
      }
    }
    return length;
  }

  private static boolean isPair(String text, int i) {
    return Character.isHighSurrogate(text.charAt(i))
        && i + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(i + 1));
  }

  /// Writes `text` from `at` on, where `length(text)` bytes must be free.
  static void write(String text, byte[] bytes, int at) {
    int to = at;
    for (int i = 0; i < text.length(); i++) {
      int c = text.codePointAt(i);
      if (c < 0x80) {
        bytes[to++] = (byte) c;
      } else if (c < 0x800) {
        bytes[to++] = (byte) (0xC0 | c >> 6);
        bytes[to++] = tail(c);
      } else if (c < 0x10000) {
        bytes[to++] = (byte) (0xE0 | c >> 12);
        bytes[to++] = tail(c >> 6);
        bytes[to++] = tail(c);
      } else {
        i++;
        bytes[to++] = (byte) (0xF0 | c >> 18);
        bytes[to++] = tail(c >> 12);
        bytes[to++] = tail(c >> 6);
        bytes[to++] = tail(c);
      }
    }
  }

  private static byte tail(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }

  static String read(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] < 0) {
        return readWide(bytes, from, to);
      }
    }
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static String readWide(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    int at = from;
    while (at < to) {
      int length = lengthOf(bytes[at], at);
      if (length > to - at) {
        throw new Malformed(at, "a character is cut off");
      }
      int c = decode(bytes, at, length);
      if (c < smallestOf(length) || c > Character.MAX_CODE_POINT || joins(text, c)) {
        throw new Malformed(at, "a character is not spelled as UTF-8 spells it");
      }
      text.appendCodePoint(c);
      at += length;
    }
    return text.toString();
  }

  private static int lengthOf(byte first, int at) {
    if (first >= 0) {
      return 1;
    }
    int ones = Integer.numberOfLeadingZeros(~(first << 24));
    if (ones < 2 || ones > 4) {
      throw new Malformed(at, "no character starts like this");
    }
    return ones;
  }

  private static int decode(byte[] bytes, int at, int length) {
    if (length == 1) {
      return bytes[at];
    }
    int c = bytes[at] & (0x7F >> length);
    for (int i = at + 1; i < at + length; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        throw new Malformed(i, "a character is cut off");
      }
      c = c << 6 | (bytes[i] & 0x3F);
    }
    return c;
  }

  private static int smallestOf(int length) {
    return switch (length) {
      case 1 -> 0;
      case 2 -> 0x80;
      case 3 -> 0x800;
      default -> 0x10000; // of a number: four bytes
    };
  }

  /// Two halves of a pair, one after the other, are one character and have its spelling.
  private static boolean joins(StringBuilder text, int c) {
    return c < 0x10000
        && Character.isLowSurrogate((char) c)
        && !text.isEmpty()
        && Character.isHighSurrogate(text.charAt(text.length() - 1));
  }
}
