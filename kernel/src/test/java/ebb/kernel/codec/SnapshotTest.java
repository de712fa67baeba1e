package ebb.kernel.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private static final byte[] HASH = BatchCodec.chain(BatchCodec.noHash(), 1, 1, 1, new byte[1]);

  private static List<Record> records(int count) {
    RandomSource random = new RandomSource(3);
    List<Record> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add((Record) Values.of(StateFormats.TABLE.records(), random));
    }
    return records;
  }

  private static List<byte[]> pieces(List<Record> records, int perPiece) {
    SnapshotWriter writer = new SnapshotWriter(42, HASH);
    List<byte[]> pieces = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      writer.add(records.get(i));
      if (i % perPiece == 0) {
        pieces.add(writer.take());
      }
    }
    pieces.add(writer.finish());
    return pieces;
  }

  private static List<Record> read(SnapshotReader reader) {
    List<Record> records = new ArrayList<>();
    for (Record next = reader.next(); next != null; next = reader.next()) {
      records.add(next);
    }
    return records;
  }

  @Test
  void piecesGiveBackTheRecordsInTheirOrder() {
    List<Record> records = records(100);
    SnapshotReader reader = new SnapshotReader(pieces(records, 7).iterator());
    assertThat(reader.sequence()).isEqualTo(42);
    assertThat(reader.journalHash()).isEqualTo(HASH);
    assertThat(read(reader)).isEqualTo(records);
    assertThat(reader.next()).isNull();
  }

  @Test
  void aSnapshotOfNothingIsWholeToo() {
    byte[] whole = new SnapshotWriter(0, BatchCodec.noHash()).finish();
    assertThat(read(new SnapshotReader(whole))).isEmpty();
  }

  @Test
  void aPieceThatIsMissingOrMisplacedIsNoticed() {
    List<byte[]> pieces = pieces(records(100), 10);
    for (int i = 0; i < pieces.size(); i++) {
      List<byte[]> without = new ArrayList<>(pieces);
      without.remove(i);
      assertThatThrownBy(() -> read(new SnapshotReader(without.iterator())))
          .isInstanceOf(Malformed.class);
    }
    List<byte[]> swapped = new ArrayList<>(pieces);
    swapped.set(2, pieces.get(3));
    swapped.set(3, pieces.get(2));
    assertThatThrownBy(() -> read(new SnapshotReader(swapped.iterator())))
        .isInstanceOf(Malformed.class)
        .hasMessageContaining("digest");
    List<byte[]> tooMany = new ArrayList<>(pieces);
    tooMany.add(new byte[1]);
    assertThatThrownBy(() -> read(new SnapshotReader(tooMany.iterator())))
        .hasMessageContaining("more pieces");
  }

  @Test
  void theChainTellsEveryPlaceApart() {
    byte[] bytes = {1, 2, 3};
    byte[] here = BatchCodec.chain(HASH, 1, 10, 3, bytes);
    assertThat(here).hasSize(32);
    for (byte[] other :
        List.of(
            BatchCodec.chain(BatchCodec.noHash(), 1, 10, 3, bytes),
            BatchCodec.chain(HASH, 2, 10, 3, bytes),
            BatchCodec.chain(HASH, 1, 11, 3, bytes),
            BatchCodec.chain(HASH, 1, 10, 4, bytes),
            BatchCodec.chain(HASH, 1, 10, 3, Arrays.copyOf(bytes, 4)))) {
      assertThat(other).isNotEqualTo(here);
    }
  }
}
