package ebb.agent.protocol;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The bytes of a record's entries, the same in the file and on the socket.
///
/// ```
/// length u32 · crc32c u32 · payload = position u64 · type u8 · atMillis u64 · task text · fields
/// ```
///
/// Types below 128 are facts; those from 128 on are the agent's bookkeeping, which a reader passes
/// over. New fields come at the end of a payload and new types get new numbers, so an old reader
/// reads a new record: it ignores both.
public final class EntryCodec {
  /// Length and checksum.
  public static final int HEAD_BYTES = 8;

  /// No entry is longer: ids and sentences are bounded. A longer length is damage.
  public static final int PAYLOAD_BYTES_MAX = 16_384;

  /// A sentence for a human; the rest of a longer one is cut.
  private static final int WHY_CHARS_MAX = 2_000;

  private static final int FIRST_BOOKKEEPING = 128;
  private static final int CLAIMED = 1;
  private static final int STARTED = 2;
  private static final int EXITED = 3;
  private static final int REFUSED = 4;
  private static final int TOMBSTONE = 5;
  private static final int TREE_REMAINS = 6;

  private EntryCodec() {}

  /// Appends a framed fact.
  public static void write(WireWriter out, RecordEntry entry) {
    int start = begin(out, entry.position(), typeOf(entry.fact()), entry.at(), entry.task());
    writeFields(out, entry.fact());
    end(out, start);
  }

  /// Appends a framed line of bookkeeping: one number, whose meaning `type` gives.
  public static void writeBookkeeping(
      WireWriter out, long position, int type, Instant at, String text, long number) {
    int start = begin(out, position, type, at, text);
    out.int8(number);
    end(out, start);
  }

  /// The next payload, if it is whole and undamaged; the buffer then stands after it. Otherwise the
  /// buffer stays where it was.
  public static Optional<ByteBuffer> next(ByteBuffer source) {
    if (source.remaining() < HEAD_BYTES) {
      return Optional.empty();
    }
    int length = source.getInt(source.position());
    if (length <= 0 || length > PAYLOAD_BYTES_MAX || length > source.remaining() - HEAD_BYTES) {
      return Optional.empty();
    }
    ByteBuffer payload = source.slice(source.position() + HEAD_BYTES, length);
    CRC32C checksum = new CRC32C();
    checksum.update(payload.duplicate());
    if ((int) checksum.getValue() != source.getInt(source.position() + 4)) {
      return Optional.empty();
    }
    source.position(source.position() + HEAD_BYTES + length);
    return Optional.of(payload);
  }

  /// The position of a payload, which is not consumed.
  public static long positionOf(ByteBuffer payload) {
    return payload.getLong(payload.position());
  }

  /// The type of a payload, which is not consumed.
  public static int typeOf(ByteBuffer payload) {
    return Byte.toUnsignedInt(payload.get(payload.position() + 8));
  }

  public static boolean isBookkeeping(int type) {
    return type >= FIRST_BOOKKEEPING;
  }

  /// The entry in a payload; empty for bookkeeping and for facts that this version does not know.
  public static Optional<RecordEntry> read(ByteBuffer payload) throws MalformedFrame {
    WireReader in = new WireReader(payload);
    long position = in.int8();
    int type = in.int1();
    if (type > TREE_REMAINS) {
      return Optional.empty();
    }
    Instant at = Instant.ofEpochMilli(in.int8());
    String task = in.text();
    return Optional.of(new RecordEntry(position, at, task, readFields(in, type)));
  }

  private static int begin(WireWriter out, long position, int type, Instant at, String task) {
    int start = out.size();
    out.int8(0).int8(position).int1(type).int8(at.toEpochMilli()).text(task);
    return start;
  }

  private static void end(WireWriter out, int start) {
    int length = out.size() - start - HEAD_BYTES;
    CRC32C checksum = new CRC32C();
    checksum.update(out.array(), start + HEAD_BYTES, length);
    out.putInt4(start, length);
    out.putInt4(start + 4, (int) checksum.getValue());
  }

  private static int typeOf(Fact fact) {
    return switch (fact) {
      case Fact.Claimed _ -> CLAIMED;
      case Fact.Started _ -> STARTED;
      case Fact.Exited _ -> EXITED;
      case Fact.Refused _ -> REFUSED;
      case Fact.Tombstone _ -> TOMBSTONE;
      case Fact.TreeRemains _ -> TREE_REMAINS;
    };
  }

  private static void writeFields(WireWriter out, Fact fact) {
    switch (fact) {
      case Fact.Claimed(Duration grace) -> out.int8(grace.toMillis());
      case Fact.Started(int pid, long ticks, String bootId) ->
          out.int4(pid).int8(ticks).text(bootId);
      case Fact.Exited exited -> writeExited(out, exited);
      case Fact.Refused(String why) -> out.text(cut(why));
      case Fact.Tombstone _ -> {}
      case Fact.TreeRemains(int processes) -> out.int4(processes);
    }
  }

  private static void writeExited(WireWriter out, Fact.Exited exited) {
    out.int8(exited.observed().toEpochMilli());
    switch (exited.status()) {
      case ExitStatus.Code(int code) -> out.int1(0).int4(code);
      case ExitStatus.Signal(int signal) -> out.int1(1).int4(signal);
      case ExitStatus.Unknown _ -> out.int1(2).int4(0);
    }
    Usage usage = exited.usage();
    out.int1(exited.cause().number()).text(cut(exited.why()));
    out.int8(microsOf(usage.user())).int8(microsOf(usage.system())).int8(usage.peakMemoryKib());
    out.int8(usage.bytesRead()).int8(usage.bytesWritten());
  }

  private static Fact readFields(WireReader in, int type) throws MalformedFrame {
    return switch (type) {
      case CLAIMED -> new Fact.Claimed(Duration.ofMillis(in.int8()));
      case STARTED -> new Fact.Started(in.int4(), in.int8(), in.text());
      case EXITED -> readExited(in);
      case REFUSED -> new Fact.Refused(in.text());
      case TOMBSTONE -> new Fact.Tombstone();
      case TREE_REMAINS -> new Fact.TreeRemains(in.int4());
      default -> throw new MalformedFrame("there is no fact " + type);
    };
  }

  private static Fact readExited(WireReader in) throws MalformedFrame {
    Instant observed = Instant.ofEpochMilli(in.int8());
    int kind = in.int1();
    int number = in.int4();
    ExitStatus status =
        switch (kind) {
          case 0 -> new ExitStatus.Code(number);
          case 1 -> new ExitStatus.Signal(number);
          default -> new ExitStatus.Unknown();
        };
    Cause cause = Cause.of(in.int1());
    String why = in.text();
    Duration user = durationOf(in.int8());
    Duration system = durationOf(in.int8());
    long peakKib = in.int8();
    boolean older = in.remaining() == 0; // of an agent that outlives its server's update
    Usage usage = new Usage(user, system, peakKib, older ? 0 : in.int8(), older ? 0 : in.int8());
    return new Fact.Exited(observed, status, cause, why, usage);
  }

  private static String cut(String why) {
    return why.length() <= WHY_CHARS_MAX ? why : why.substring(0, WHY_CHARS_MAX);
  }

  private static long microsOf(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  private static Duration durationOf(long micros) {
    return Duration.ofNanos(micros * 1_000);
  }
}
