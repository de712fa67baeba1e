package ebb.app.journal;

import ebb.kernel.codec.BatchCodec;
import java.util.Arrays;

/// The hash of a batch in its place, see [BatchCodec#chain].
final class Hash {
  /// What stands before the first batch.
  static final Hash NONE = new Hash(BatchCodec.noHash());

  private final byte[] bytes;

  Hash(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /// The hash of a batch that follows the one with this hash.
  Hash next(long epoch, long firstSequence, int count, byte[] batch) {
    return new Hash(BatchCodec.chain(bytes, epoch, firstSequence, count, batch));
  }

  byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
