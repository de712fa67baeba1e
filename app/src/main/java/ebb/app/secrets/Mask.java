package ebb.app.secrets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Hides secrets in a file by as many `*` as they have bytes, so that offsets stay what they are.
/// Wherever a reader begins and ends, no part of a secret is seen.
public final class Mask {
  private final List<byte[]> secrets;

  /// How far before and after a place a secret may reach that covers it.
  private final int reach;

  Mask(List<String> values) {
    // Each is looked for at every byte: one that many variables name, once.
    this.secrets =
        values.stream().distinct().map(value -> value.getBytes(StandardCharsets.UTF_8)).toList();
    this.reach = secrets.stream().mapToInt(secret -> secret.length - 1).max().orElse(0);
  }

  /// Bytes from an offset on, `most` at most. While a file may grow, an end that may become a
  /// secret is held back.
  public byte[] read(SeekableByteChannel file, long offset, int most, boolean mayGrow)
      throws IOException {
    long from = Math.max(0, offset - reach);
    int before = (int) (offset - from);
    long there = Math.max(0, file.size() - from);
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(there, (long) before + most + reach));
    file.position(from);
    while (buffer.hasRemaining() && file.read(buffer) >= 0) {}
    byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
    boolean isEnd = there <= (long) before + most + reach;
    int end = isEnd && mayGrow ? settled(bytes) : bytes.length;
    hide(bytes);
    end = Math.min(end, before + most);
    return end <= before ? new byte[0] : Arrays.copyOfRange(bytes, before, end);
  }

  private void hide(byte[] bytes) {
    byte[] original = bytes.clone();
    for (byte[] secret : secrets) {
      for (int at = 0; at + secret.length <= original.length; at++) {
        if (Arrays.equals(original, at, at + secret.length, secret, 0, secret.length)) {
          Arrays.fill(bytes, at, at + secret.length, (byte) '*');
        }
      }
    }
  }

  /// Up to where nothing that comes can make a secret of what is there.
  private int settled(byte[] bytes) {
    int settled = bytes.length;
    for (byte[] secret : secrets) {
      int longest = Math.min(secret.length - 1, bytes.length);
      for (int tail = longest; tail > 0; tail--) {
        int at = bytes.length - tail;
        if (Arrays.equals(bytes, at, bytes.length, secret, 0, tail)) {
          settled = Math.min(settled, at);
          break;
        }
      }
    }
    return settled;
  }
}
