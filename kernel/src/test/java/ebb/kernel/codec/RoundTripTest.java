package ebb.kernel.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundTripTest {
  private static final long SEED = Long.getLong("seed", 20_261_121);

  @Test
  void everyEventComesBackEqual() {
    comesBackEqual(EventFormats.TABLE, 10_000);
  }

  @Test
  void everyEntityComesBackEqual() {
    comesBackEqual(StateFormats.TABLE, 10_000);
  }

  private static void comesBackEqual(FormatTable table, int times) {
    RandomSource random = new RandomSource(SEED);
    for (int i = 0; i < times; i++) {
      Object value = Values.of(table.records(), random);
      ByteWriter out = new ByteWriter(1);
      table.write(value, out);
      ByteReader in = new ByteReader(out.toBytes());
      Object read = table.read(in, FormatVersion.CURRENT);
      if (!read.equals(value) || in.remaining() != 0) {
        fail("-Dseed=" + SEED + ": " + value + " came back as " + read);
      }
    }
  }

  @Test
  void batchesComeBackEqual() {
    RandomSource random = new RandomSource(SEED);
    for (int i = 0; i < 100; i++) {
      List<Envelope> batch = batch(random, i);
      byte[] bytes = BatchCodec.encode(batch);
      assertThat(BatchCodec.decode(bytes)).as("-Dseed=%s", SEED).isEqualTo(batch);
      assertThat(BatchCodec.encode(BatchCodec.decode(bytes))).isEqualTo(bytes);
    }
  }

  /// More actors than a batch remembers, some of them twice.
  static List<Envelope> batch(RandomSource random, int size) {
    List<Envelope> batch = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      List<Event> events = new ArrayList<>();
      for (int k = random.size(); k > 0; k--) {
        events.add((Event) Values.of(EventFormats.TABLE.records(), random));
      }
      Actor actor =
          random.truth()
              ? Actor.KERNEL
              : new Actor("user" + random.pick(100), random.text(), random.text());
      String cause = "Cause" + random.pick(50);
      batch.add(
          new Envelope(random.number(), random.number(), actor, random.text(), cause, events));
    }
    return batch;
  }
}
