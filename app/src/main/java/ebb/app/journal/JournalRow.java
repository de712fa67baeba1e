package ebb.app.journal;

import ebb.kernel.codec.BatchCodec;
import ebb.kernel.engine.Batch;
import java.util.Arrays;

/// A batch as the journal stores it. `bytes` are the codec's, however they are packed on disk;
/// `hash` is chained over all rows before.
record JournalRow(
    long firstSequence, int count, long epoch, long at, int format, byte[] bytes, byte[] hash) {

  long lastSequence() {
    return firstSequence + count - 1;
  }

  /// Whether the hash is what follows from the row before and from what this row holds.
  boolean follows(byte[] previousHash) {
    return Arrays.equals(hash, BatchCodec.chain(previousHash, epoch, firstSequence, count, bytes));
  }

  Batch batch() {
    return new Batch(epoch, firstSequence, count, at, BatchCodec.decode(bytes));
  }
}
