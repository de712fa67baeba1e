package ebb.app.journal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Batches that follow each other, deflated together into one row of the journal. Most batches are
/// small and much alike, so that each alone would hardly shrink.
///
/// Only the last batch's hash is kept: those between follow from the one before the first, which
/// lies packed with them. So the chain over packed batches is the one over the plain ones.
final class Pack {
  private static final int HASH_BYTES = Hash.NONE.bytes().length;

  private final int batches;
  private final JournalRow row;

  private Pack(int batches, JournalRow row) {
    this.batches = batches;
    this.row = row;
  }

  /// What is stored: the batches of `row` are `batches`, and its bytes are theirs, deflated.
  static Pack stored(int batches, JournalRow row) {
    return new Pack(batches, row);
  }

  /// Packs rows, at least one, that follow each other and the row with the hash `before`.
  static Pack of(Hash before, List<JournalRow> rows) {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(plain)) {
      out.write(before.bytes());
      for (JournalRow each : rows) {
        out.writeLong(each.epoch());
        out.writeLong(each.at());
        out.writeInt(each.count());
        out.writeInt(each.bytes().length);
        out.write(each.bytes());
      }
    } catch (IOException memoryDoesNotFail) {
      throw new UncheckedIOException(memoryDoesNotFail);
    }
    JournalRow first = rows.getFirst();
    JournalRow last = rows.getLast();
    int events = Math.toIntExact(last.lastSequence() - first.firstSequence() + 1);
    byte[] bytes = deflate(plain.toByteArray());
    return new Pack(
        rows.size(),
        new JournalRow(first.firstSequence(), events, last.epoch(), last.at(), bytes, last.hash()));
  }

  int batches() {
    return batches;
  }

  /// The row that is stored in the place of the batches.
  JournalRow row() {
    return row;
  }

  /// The batches as they were appended; or, if they are not what the hash says, one row of all
  /// their events that follows nothing, so that whoever checks the chain finds it.
  List<JournalRow> rows() {
    try {
      List<JournalRow> rows = read(ByteBuffer.wrap(inflate(row.bytes())));
      if (isWhole(rows)) {
        return rows;
      }
    } catch (DataFormatException | BufferUnderflowException damaged) {
      // said by the row below
    }
    return List.of(
        new JournalRow(
            row.firstSequence(), row.count(), row.epoch(), row.at(), new byte[0], row.hash()));
  }

  private List<JournalRow> read(ByteBuffer in) throws DataFormatException {
    List<JournalRow> rows = new ArrayList<>(batches);
    Hash hash = new Hash(take(in, HASH_BYTES));
    long next = row.firstSequence();
    while (in.hasRemaining()) {
      long epoch = in.getLong();
      long at = in.getLong();
      int count = in.getInt();
      byte[] bytes = take(in, in.getInt());
      hash = hash.next(epoch, next, count, bytes);
      rows.add(new JournalRow(next, count, epoch, at, bytes, hash));
      next += count;
    }
    return rows;
  }

  private static byte[] take(ByteBuffer in, int length) throws DataFormatException {
    if (length < 0 || length > in.remaining()) {
      throw new DataFormatException("a batch of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private boolean isWhole(List<JournalRow> rows) {
    if (rows.size() != batches || rows.isEmpty()) {
      return false;
    }
    JournalRow last = rows.getLast();
    return last.lastSequence() == row.lastSequence()
        && last.epoch() == row.epoch()
        && last.at() == row.at()
        && last.hash().equals(row.hash());
  }

  private static byte[] deflate(byte[] bytes) {
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(bytes);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 4 + 64);
      byte[] buffer = new byte[8192];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    }
  }

  private static byte[] inflate(byte[] packed) throws DataFormatException {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(packed);
      ByteArrayOutputStream out = new ByteArrayOutputStream(packed.length * 4);
      byte[] buffer = new byte[8192];
      while (!inflater.finished()) {
        int count = inflater.inflate(buffer);
        if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          throw new DataFormatException("it ends too early");
        }
        out.write(buffer, 0, count);
      }
      return out.toByteArray();
    }
  }
}
