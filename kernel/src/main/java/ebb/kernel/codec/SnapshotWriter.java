package ebb.kernel.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;

/// Writes a snapshot: a header that says of which point of the journal it is, the records of the
/// state in an order that depends on the state alone, and a digest over all of it.
///
/// A snapshot may be larger than one array, and taking it must not stop the kernel for long: so
/// [#take] hands over what there is after any record, and the pieces are stored one by one.
public final class SnapshotWriter {
  /// Follows the last record.
  static final int END = 0;

  private final FormatTable table;
  private final MessageDigest digest = Sha256.digest();
  private final ByteWriter out = new ByteWriter();
  private long count;

  /// @param sequence the last event of the journal that the snapshot holds
  /// @param journalHash the hash of the batch that ends with it; see [BatchCodec#chain]
  public SnapshotWriter(long sequence, byte[] journalHash) {
    this(StateFormats.TABLE, sequence, journalHash);
  }

  SnapshotWriter(FormatTable table, long sequence, byte[] journalHash) {
    if (journalHash.length != Sha256.LENGTH) {
      throw new IllegalArgumentException("A hash has " + Sha256.LENGTH + " bytes");
    }
    this.table = table;
    out.raw(mark());
    out.unsigned(FormatVersion.CURRENT);
    out.unsigned(sequence);
    out.raw(journalHash);
  }

  /// What every snapshot begins with.
  static byte[] mark() {
    return "EbbSnaps".getBytes(US_ASCII);
  }

  public void add(Record record) {
    table.write(record, out);
    count++;
  }

  /// How many bytes [#take] would give now.
  public int size() {
    return out.size();
  }

  /// The bytes since the last piece.
  public byte[] take() {
    byte[] piece = out.toBytes();
    digest.update(piece);
    out.clear();
    return piece;
  }

  /// The last piece; the whole snapshot if none was taken before.
  public byte[] finish() {
    out.unsigned(END);
    out.unsigned(count);
    ByteWriter whole = new ByteWriter(out.size() + Sha256.LENGTH);
    whole.raw(take());
    whole.raw(digest.digest());
    return whole.toBytes();
  }
}
