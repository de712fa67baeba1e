package ebb.agent;

import ebb.agent.protocol.EntryCodec;
import ebb.agent.protocol.Frame;
import ebb.agent.protocol.FrameKind;
import ebb.agent.protocol.MalformedFrame;
import ebb.agent.protocol.RecordEntry;
import ebb.agent.protocol.Requests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A stream of the record's entries, each once and in order, as they are written.
///
/// Made for a thread of its own that loops over [#next]. Closing it from another thread ends the
/// wait with an [IOException]. To go on after a broken connection, follow again from [#position].
public final class AgentFollower implements AutoCloseable {
  private final AgentLine line;
  private long position;

  AgentFollower(AgentLine line, long after) throws IOException {
    this.line = line;
    this.position = after;
    try {
      line.ask(Requests.position(FrameKind.FOLLOW, after), FrameKind.DONE);
    } catch (IOException e) {
      line.close();
      throw e;
    }
  }

  /// Waits for the next entries: all that were written since the last call, up to some hundreds.
  /// Empty now and then, when nothing happened for seconds.
  public List<RecordEntry> next() throws IOException {
    Frame frame = line.receive(FrameKind.ENTRIES);
    ByteBuffer bytes = frame.body();
    List<RecordEntry> entries = new ArrayList<>();
    while (bytes.hasRemaining()) {
      Optional<ByteBuffer> payload = EntryCodec.next(bytes);
      if (payload.isEmpty()) {
        throw new MalformedFrame("an entry arrived damaged");
      }
      position = EntryCodec.positionOf(payload.get());
      if (!EntryCodec.isBookkeeping(EntryCodec.typeOf(payload.get()))) {
        EntryCodec.read(payload.get()).ifPresent(entries::add);
      }
    }
    return entries;
  }

  /// Where the stream stands, the agent's bookkeeping included: what to acknowledge, and where to
  /// follow from again.
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    line.close();
  }
}
