package ebb.simulator.faults;

import ebb.kernel.Insides;
import ebb.kernel.Kernel;
import ebb.kernel.Snapshots;
import ebb.kernel.State;
import ebb.kernel.codec.BatchCodec;
import ebb.kernel.codec.SnapshotReader;
import ebb.kernel.engine.Batch;
import ebb.kernel.engine.Journal;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A journal in memory, as bytes, chained by hash. It may refuse a batch, may not know whether it
/// has it, and may lose the last one as long as nobody was told of it.
final class UnreliableJournal implements Journal {
  private record Row(
      long epoch, long firstSequence, int count, long at, byte[] bytes, byte[] hash) {}

  private final SplittableRandom random;
  private final CrashPoints points;
  private final Tampering tampering;
  private final List<Row> rows = new ArrayList<>();
  private double fails;
  private long epoch;
  private boolean lastIsKnown = true;
  private byte[] snapshot = new byte[0];

  UnreliableJournal(SplittableRandom random, Chaos chaos, CrashPoints points, Tampering tampering) {
    this.tampering = tampering;
    this.random = random;
    this.fails = chaos.journalFails();
    this.points = points;
  }

  void cease() {
    fails = 0;
  }

  @Override
  public void append(Batch batch) throws JournalFailure {
    points.pass("before the append");
    if (batch.epoch() != epoch || batch.firstSequence() != lastSequence() + 1) {
      throw new IllegalStateException(
          "a batch of epoch %d from %d does not continue epoch %d at %d"
              .formatted(batch.epoch(), batch.firstSequence(), epoch, lastSequence()));
    }
    if (random.nextDouble() < fails) {
      int how = random.nextInt(3);
      if (how == 0) {
        add(batch);
      }
      throw new JournalFailure("disk", how != 2, null);
    }
    add(batch);
    points.pass("after the append");
  }

  private void add(Batch decided) {
    if (!tampering.kept(decided)) {
      return;
    }
    Batch batch = tampering.appended(decided);
    byte[] bytes = BatchCodec.encode(batch.envelopes());
    byte[] before = rows.isEmpty() ? BatchCodec.noHash() : rows.getLast().hash();
    byte[] hash =
        BatchCodec.chain(before, batch.epoch(), batch.firstSequence(), batch.count(), bytes);
    rows.add(new Row(batch.epoch(), batch.firstSequence(), batch.count(), batch.at(), bytes, hash));
    lastIsKnown = false;
  }

  /// From now on somebody has heard of the last batch: it may be lost no more.
  void published() {
    lastIsKnown = true;
  }

  private long lastSequence() {
    return rows.isEmpty() ? 0 : rows.getLast().firstSequence() + rows.getLast().count() - 1;
  }

  /// The hash over everything.
  byte[] hash() {
    return rows.isEmpty() ? BatchCodec.noHash() : rows.getLast().hash();
  }

  /// Keeps a snapshot from which a start may go on.
  void keepSnapshot(State state) {
    snapshot = Insides.snapshot(state, hash());
  }

  /// A new owner: what nobody has heard of may be gone, and batches of the old epoch are refused.
  long takeOver() {
    if (!lastIsKnown && random.nextBoolean()) {
      rows.removeLast();
    }
    lastIsKnown = true;
    return ++epoch;
  }

  /// The state by full replay, or by the snapshot and what came after it.
  State read() {
    State state = new State();
    if (snapshot.length > 0 && random.nextBoolean()) {
      state = Snapshots.read(new SnapshotReader(snapshot));
    }
    for (Row row : rows) {
      if (row.firstSequence() > state.sequence()) {
        for (Envelope envelope : BatchCodec.decode(row.bytes())) {
          Kernel.apply(state, envelope);
        }
      }
    }
    return state;
  }

  int size() {
    return rows.size();
  }

  Batch batch(int index) {
    Row row = rows.get(index);
    return new Batch(
        row.epoch(), row.firstSequence(), row.count(), row.at(), BatchCodec.decode(row.bytes()));
  }

  List<Batch> batches() {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      batches.add(batch(i));
    }
    return batches;
  }
}
