package ebb.agent.record;

import ebb.agent.protocol.EntryCodec;
import ebb.agent.protocol.MalformedFrame;
import ebb.agent.protocol.WireReader;
import java.nio.ByteBuffer;
import java.util.Optional;

/// A line of the record that no follower sees: what the agent itself must remember.
public record Bookkeeping(Kind kind, String text, long number) {

  /// The numbers stand in files of released versions and never change.
  public enum Kind {
    /// `number` is the position up to which a server has taken in everything.
    ACKNOWLEDGED(128),
    /// `text` is a task that nobody will ask about any more.
    FORGOTTEN(129),
    /// `text` is the installation that this home serves.
    INSTALLED(130),
    /// `text` is the boot in which an agent began to write.
    BOOTED(131);

    final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  /// Empty for kinds that a later version added.
  static Optional<Bookkeeping> read(ByteBuffer payload) throws MalformedFrame {
    int type = EntryCodec.typeOf(payload);
    WireReader in = new WireReader(payload);
    in.int8();
    in.int1();
    in.int8();
    String text = in.text();
    long number = in.int8();
    for (Kind kind : Kind.values()) {
      if (kind.number == type) {
        return Optional.of(new Bookkeeping(kind, text, number));
      }
    }
    return Optional.empty();
  }
}
