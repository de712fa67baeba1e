package ebb.kernel.codec;

import ebb.kernel.Kernel;
import ebb.kernel.Snapshots;
import ebb.kernel.State;
import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.Envelope;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A whole journal as a file: `EPOCH FIRST COUNT DIGEST BYTES` for each batch, the digest being of
/// the state after it, and at the end `hash` with the hash of the chain.
///
/// The simulator's fault test writes those of the version at hand, for it knows all that can
/// happen.
public final class JournalSample {
  private static final HexFormat HEX = HexFormat.of();

  private JournalSample() {}

  /// The file of a journal.
  public static String text(List<Batch> batches) {
    StringBuilder text = new StringBuilder();
    State state = new State();
    byte[] hash = BatchCodec.noHash();
    for (Batch batch : batches) {
      byte[] bytes = BatchCodec.encode(batch.envelopes());
      batch.envelopes().forEach(envelope -> Kernel.apply(state, envelope));
      hash = BatchCodec.chain(hash, batch.epoch(), batch.firstSequence(), batch.count(), bytes);
      text.append(batch.epoch()).append(' ').append(batch.firstSequence()).append(' ');
      text.append(batch.count()).append(' ').append(digest(state, FormatVersion.CURRENT));
      text.append(' ').append(HEX.formatHex(bytes)).append('\n');
    }
    return text.append("hash ").append(HEX.formatHex(hash)).append('\n').toString();
  }

  /// Reads a file that some version wrote; returns where it means something else now.
  static List<String> read(String text, int version) {
    List<String> broken = new ArrayList<>();
    State state = new State();
    byte[] hash = BatchCodec.noHash();
    for (String line : text.lines().toList()) {
      String[] parts = line.split(" ");
      if (parts[0].equals("hash")) {
        if (!HEX.formatHex(hash).equals(parts[1])) {
          broken.add("the chain's hash is " + HEX.formatHex(hash));
        }
        return broken;
      }
      byte[] bytes = HEX.parseHex(parts[4]);
      long first = Long.parseLong(parts[1]);
      if (first != state.sequence() + 1) {
        broken.add("the batch at " + first + " follows " + state.sequence());
      }
      for (Envelope envelope : BatchCodec.decode(bytes)) {
        Kernel.apply(state, envelope);
      }
      hash =
          BatchCodec.chain(
              hash, Long.parseLong(parts[0]), first, Integer.parseInt(parts[2]), bytes);
      if (!digest(state, version).equals(parts[3])) {
        broken.add("the state at " + state.sequence() + " is another");
        return broken;
      }
    }
    broken.add("there is no end");
    return broken;
  }

  /// The kinds of events in it.
  static Set<String> kinds(String text) {
    Set<String> kinds = new TreeSet<>();
    for (String line : text.lines().filter(each -> !each.startsWith("hash")).toList()) {
      for (Envelope envelope : BatchCodec.decode(HEX.parseHex(line.split(" ")[4]))) {
        envelope.events().forEach(event -> kinds.add(event.getClass().getSimpleName()));
      }
    }
    return kinds;
  }

  /// Over what that version knew; the beginning of it tells one state from another as well.
  private static String digest(State state, int version) {
    StateDigest digest = new StateDigest(version);
    Snapshots.facts(state).forEach(digest::add);
    return HEX.formatHex(digest.finish(), 0, 8);
  }
}
