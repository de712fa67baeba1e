package ebb.kernel.codec;

import java.security.MessageDigest;

/// A digest over the records of a state, as far as a version knew them: by it two versions can tell
/// that they read one journal to the same state.
///
/// A field that was retired since is in no digest: to compare with what an old version wrote, read
/// its snapshot and digest that with the version at hand.
public final class StateDigest {
  private static final int ENOUGH = 1 << 16;

  private final FormatTable table;
  private final int version;
  private final MessageDigest digest = Sha256.digest();
  private final ByteWriter out = new ByteWriter(ENOUGH + ENOUGH / 4);

  /// @param version what is newer than it is left out
  public StateDigest(int version) {
    this(StateFormats.TABLE, version);
  }

  StateDigest(FormatTable table, int version) {
    this.table = table;
    this.version = version;
  }

  /// The records must come in an order that depends on the state alone.
  public void add(Record record) {
    table.writeKnown(record, version, out);
    if (out.size() >= ENOUGH) {
      flush();
    }
  }

  /// The digest of everything added; the next record begins another.
  public byte[] finish() {
    flush();
    return digest.digest();
  }

  private void flush() {
    digest.update(out.toBytes());
    out.clear();
  }
}
