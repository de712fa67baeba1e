package ebb.kernel.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Whatever happens to bytes, reading them ends with what was written or with a refusal that says
/// so.
class DamageTest {
  private static final long SEED = Long.getLong("seed", 20_261_122);

  @Test
  void aDamagedBatchIsReadOrRefused() {
    byte[] batch = BatchCodec.encode(RoundTripTest.batch(new RandomSource(SEED), 20));
    damage(batch, 40_000, BatchCodec::decode);
  }

  @Test
  void aDamagedSnapshotIsNeverTakenForWhole() {
    byte[] snapshot = snapshot();
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 2_000; i++) {
      byte[] damaged = damaged(snapshot, random);
      if (!Arrays.equals(damaged, snapshot)) {
        assertThatThrownBy(() -> readAll(damaged))
            .as("-Dseed=%s", SEED)
            .isInstanceOfAny(Malformed.class, NewerFormat.class);
      }
    }
  }

  private static byte[] snapshot() {
    RandomSource random = new RandomSource(SEED);
    SnapshotWriter writer = new SnapshotWriter(17, new byte[32]);
    for (int i = 0; i < 30; i++) {
      writer.add((Record) Values.of(StateFormats.TABLE.records(), random));
    }
    return writer.finish();
  }

  private static void readAll(byte[] snapshot) {
    SnapshotReader reader = new SnapshotReader(snapshot);
    while (reader.next() != null) {}
  }

  private static void damage(byte[] bytes, int times, Consumer<byte[]> read) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < times; i++) {
      byte[] damaged = damaged(bytes, random);
      try {
        read.accept(damaged);
      } catch (Malformed | NewerFormat expected) {
        assertThat(expected).hasMessageMatching("(?s)(Malformed at byte|Written by a newer).*");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("-Dseed=" + SEED + ", after " + i + " others", e);
      }
    }
  }

  /// Bytes changed, cut off, left out or put twice.
  private static byte[] damaged(byte[] bytes, SplittableRandom random) {
    byte[] damaged = bytes.clone();
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(4)) {
      case 0 -> damaged[at] = (byte) random.nextInt();
      case 1 -> damaged = Arrays.copyOf(damaged, at);
      case 2 -> {
        int length = Math.min(random.nextInt(8), bytes.length - at);
        System.arraycopy(bytes, at + length, damaged, at, bytes.length - at - length);
        damaged = Arrays.copyOf(damaged, bytes.length - length);
      }
      default -> {
        for (int i = at; i < Math.min(at + 4, bytes.length); i++) {
          damaged[i] = (byte) (random.nextBoolean() ? 0xFF : random.nextInt());
        }
      }
    }
    return damaged;
  }

  @Test
  void everyCutIsNoticed() {
    byte[] batch = BatchCodec.encode(RoundTripTest.batch(new RandomSource(SEED), 5));
    for (int length = 0; length < batch.length; length++) {
      byte[] cut = Arrays.copyOf(batch, length);
      assertThatExceptionOfType(Malformed.class).isThrownBy(() -> BatchCodec.decode(cut));
    }
  }

  @Test
  void aCountThatIsALieIsNotBelieved() {
    ByteWriter out = new ByteWriter();
    out.unsigned(FormatVersion.CURRENT);
    out.unsigned(1L << 30);
    assertThatThrownBy(() -> BatchCodec.decode(out.toBytes()))
        .isInstanceOf(Malformed.class)
        .hasMessageContaining("1073741824 things cannot be in 0 bytes");
  }

  @Test
  void aFormatFromTheFutureIsRefusedBeforeAnythingElse() {
    byte[] future = {FormatVersion.CURRENT + 1, -1, -1, -1};
    assertThatThrownBy(() -> BatchCodec.decode(future)).isInstanceOf(NewerFormat.class);
  }
}
