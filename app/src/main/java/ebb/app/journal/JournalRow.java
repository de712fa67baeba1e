package ebb.app.journal;

import ebb.kernel.codec.BatchCodec;
import ebb.kernel.engine.Batch;

/// A batch as the journal stores it. Its bytes are the codec's, however they are packed on disk;
/// its hash is chained over all rows before.
final class JournalRow {
  private final long firstSequence;
  private final int count;
  private final long epoch;
  private final long at;
  private final byte[] bytes;
  private final Hash hash;

  JournalRow(long firstSequence, int count, long epoch, long at, byte[] bytes, Hash hash) {
    this.firstSequence = firstSequence;
    this.count = count;
    this.epoch = epoch;
    this.at = at;
    this.bytes = bytes;
    this.hash = hash;
  }

  /// The row of a batch that is to follow the row with that hash.
  static JournalRow of(Batch batch, Hash previous) {
    byte[] bytes = BatchCodec.encode(batch.envelopes());
    Hash hash = previous.next(batch.epoch(), batch.firstSequence(), batch.count(), bytes);
    return new JournalRow(
        batch.firstSequence(), batch.count(), batch.epoch(), batch.at(), bytes, hash);
  }

  long firstSequence() {
    return firstSequence;
  }

  int count() {
    return count;
  }

  long lastSequence() {
    return firstSequence + count - 1;
  }

  long epoch() {
    return epoch;
  }

  long at() {
    return at;
  }

  /// Not to be changed.
  byte[] bytes() {
    return bytes;
  }

  Hash hash() {
    return hash;
  }

  /// Whether the hash is what follows from the row before and from what this row holds.
  boolean follows(Hash previous) {
    return hash.equals(previous.next(epoch, firstSequence, count, bytes));
  }

  Batch batch() {
    return new Batch(epoch, firstSequence, count, at, BatchCodec.decode(bytes));
  }
}
