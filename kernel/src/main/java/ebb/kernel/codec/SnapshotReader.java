package ebb.kernel.codec;

import ebb.kernel.protocol.Nullable;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.List;

/// Reads what [SnapshotWriter] wrote, piece by piece. Nothing that it gives may be believed before
/// [#next] has returned null: only then the digest has been compared.
public final class SnapshotReader {
  private final FormatTable table;
  private final Iterator<byte[]> pieces;
  private final MessageDigest digest = Sha256.digest();
  private final int version;
  private final long sequence;
  private final byte[] journalHash;
  private byte[] piece;
  private ByteReader in;
  private long count;
  private boolean ended;

  public SnapshotReader(byte[] whole) {
    this(List.of(whole).iterator());
  }

  public SnapshotReader(Iterator<byte[]> pieces) {
    this(StateFormats.TABLE, pieces);
  }

  SnapshotReader(FormatTable table, Iterator<byte[]> pieces) {
    this.table = table;
    this.pieces = pieces;
    this.piece = pieces.hasNext() ? pieces.next() : new byte[0];
    this.in = new ByteReader(piece);
    for (byte expected : SnapshotWriter.mark()) {
      if (in.raw(1)[0] != expected) {
        throw in.malformed("this is no snapshot");
      }
    }
    this.version = BatchCodec.version(in);
    this.sequence = in.unsigned();
    this.journalHash = in.raw(Sha256.LENGTH);
  }

  /// The last event of the journal that the snapshot holds.
  public long sequence() {
    return sequence;
  }

  /// The hash of the batch that ends with it.
  public byte[] journalHash() {
    return journalHash.clone();
  }

  /// The next record; null at the end, when all of it has proved to be what was written.
  public @Nullable Record next() {
    if (ended) {
      return null;
    }
    while (in.remaining() == 0 && pieces.hasNext()) {
      digest.update(piece);
      piece = pieces.next();
      in = new ByteReader(piece);
    }
    int number = in.number();
    if (number == SnapshotWriter.END) {
      expectEnd();
      ended = true;
      return null;
    }
    count++;
    return (Record) table.read(number, in, version);
  }

  private void expectEnd() {
    long written = in.unsigned();
    if (written != count) {
      throw in.malformed(count + " records, of " + Long.toUnsignedString(written) + " written");
    }
    digest.update(piece, 0, in.position());
    if (!MessageDigest.isEqual(digest.digest(), in.raw(Sha256.LENGTH))) {
      throw in.malformed("the digest is another one: bytes were changed");
    }
    in.expectEnd();
    if (pieces.hasNext()) {
      throw in.malformed("more pieces than were written");
    }
  }
}
