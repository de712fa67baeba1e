package ebb.agent.record;

import ebb.agent.protocol.EntryCodec;
import java.io.IOException;
import java.nio.ByteBuffer;

/// One follower's place in the record: hands out entries as they stand in the file.
///
/// Under load a call returns everything that was appended since the last one, so that the number of
/// writes to a socket falls as the number of entries rises.
public final class RecordCursor {
  /// Holds the longest entry many times; more at once would only delay the first.
  private static final int CHUNK_BYTES = 64 * 1024;

  private static final int HEAD_BYTES = 44;

  private final RecordFile record;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
  private long generation = -1;
  private long offset = HEAD_BYTES;
  private long position;

  RecordCursor(RecordFile record, long position) {
    this.record = record;
    this.position = position;
  }

  /// The next entries after those handed out before, framed; empty if none came in time. Valid
  /// until the next call.
  public ByteBuffer next(long patienceMillis) throws IOException {
    while (true) {
      chunk.clear();
      long now = record.read(generation, offset, chunk, patienceMillis);
      if (now != generation) {
        generation = now;
        offset = HEAD_BYTES;
        continue;
      }
      chunk.flip();
      boolean isNothing = !chunk.hasRemaining();
      int start = passOld();
      int end = passWhole();
      offset += end;
      if (end == 0 && !isNothing) {
        throw new IOException("the record is damaged at " + offset);
      }
      if (end > start || isNothing) {
        return chunk.position(start).limit(end);
      }
    }
  }

  /// Entries up to the position were handed out before the file was rewritten, or by another one.
  private int passOld() {
    while (isWhole() && positionHere() <= position) {
      skip();
    }
    return chunk.position();
  }

  private int passWhole() {
    while (isWhole()) {
      position = positionHere();
      skip();
    }
    return chunk.position();
  }

  private boolean isWhole() {
    return chunk.remaining() >= EntryCodec.HEAD_BYTES
        && chunk.remaining() >= EntryCodec.HEAD_BYTES + chunk.getInt(chunk.position());
  }

  private long positionHere() {
    return chunk.getLong(chunk.position() + EntryCodec.HEAD_BYTES);
  }

  private void skip() {
    chunk.position(chunk.position() + EntryCodec.HEAD_BYTES + chunk.getInt(chunk.position()));
  }
}
