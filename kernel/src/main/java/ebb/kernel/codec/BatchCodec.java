package ebb.kernel.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/// The bytes of one row of the journal: the format's version and the envelopes of one batch.
public final class BatchCodec {
  /// Separates these hashes from any others of the same bytes.
  private static final String CHAIN_MARK = "EbbBatch";

  private BatchCodec() {}

  public static byte[] encode(List<Envelope> envelopes) {
    ByteWriter out = new ByteWriter();
    Repeats<Actor> actors = new Repeats<>();
    Repeats<String> causes = new Repeats<>();
    out.unsigned(FormatVersion.CURRENT);
    out.unsigned(envelopes.size());
    long before = 0;
    for (Envelope each : envelopes) {
      out.signed(each.at() - before);
      before = each.at();
      out.signed(each.observed());
      if (actors.isNew(each.actor(), out)) {
        write(each.actor(), out);
      }
      out.string(each.requestId());
      if (causes.isNew(each.cause(), out)) {
        out.string(each.cause());
      }
      out.unsigned(each.events().size());
      for (Event event : each.events()) {
        EventFormats.TABLE.write(event, out);
      }
    }
    return out.toBytes();
  }

  /// Gives back envelopes equal to those that were encoded; events of older versions are lifted.
  public static List<Envelope> decode(byte[] bytes) {
    ByteReader in = new ByteReader(bytes);
    int version = version(in);
    int count = in.count();
    Repeats<Actor> actors = new Repeats<>();
    Repeats<String> causes = new Repeats<>();
    List<Envelope> envelopes = new ArrayList<>(count);
    long before = 0;
    for (int i = 0; i < count; i++) {
      long at = before + in.signed();
      before = at;
      long observed = in.signed();
      Actor actor = actors.read(in, BatchCodec::readActor);
      String requestId = in.string();
      String cause = causes.read(in, ByteReader::string);
      envelopes.add(new Envelope(at, observed, actor, requestId, cause, events(in, version)));
    }
    in.expectEnd();
    return List.copyOf(envelopes);
  }

  /// Reads a version and refuses one from the future before anything else is read.
  static int version(ByteReader in) {
    int version = in.number();
    if (version > FormatVersion.CURRENT) {
      throw new NewerFormat(
          "it has the format " + version + ", this version knows up to " + FormatVersion.CURRENT);
    }
    if (version == 0) {
      throw in.malformed("there is no format 0");
    }
    return version;
  }

  private static List<Event> events(ByteReader in, int version) {
    Event[] events = new Event[in.count()];
    for (int i = 0; i < events.length; i++) {
      events[i] = (Event) EventFormats.TABLE.read(in, version);
    }
    return List.of(events);
  }

  private static void write(Actor actor, ByteWriter out) {
    out.string(actor.principal());
    out.string(actor.behalfOf());
    out.string(actor.from());
  }

  private static Actor readActor(ByteReader in) {
    return new Actor(in.string(), in.string(), in.string());
  }

  /// The hash of a batch in its place: over the hash of the batch before it, so that an extract of
  /// the journal proves that nothing was left out of it, added or changed.
  public static byte[] chain(
      byte[] previousHash, long epoch, long firstSequence, int count, byte[] bytes) {
    MessageDigest digest = Sha256.digest();
    digest.update(CHAIN_MARK.getBytes(US_ASCII));
    digest.update(previousHash);
    digest.update(bigEndian(epoch));
    digest.update(bigEndian(firstSequence));
    digest.update(bigEndian(count));
    return digest.digest(bytes);
  }

  /// What stands before the first batch.
  public static byte[] noHash() {
    return new byte[Sha256.LENGTH];
  }

  private static byte[] bigEndian(long value) {
    byte[] bytes = new byte[Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (value >>> (56 - 8 * i));
    }
    return bytes;
  }
}
