package ebb.agent.protocol;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The bytes of what an agent answers, both directions of each beside each other.
public final class Answers {
  private Answers() {}

  public static Frame welcome(Welcome welcome) {
    WireWriter out = new WireWriter().int4(welcome.version()).text(welcome.agent());
    out.text(welcome.bootId()).int4(welcome.pid()).int8(welcome.position());
    return new Frame(FrameKind.WELCOME, out);
  }

  public static Welcome readWelcome(Frame frame) throws MalformedFrame {
    WireReader in = frame.reader();
    return new Welcome(in.int4(), in.text(), in.text(), in.int4(), in.int8());
  }

  public static Frame refusal(Refusal refusal) {
    String why = String.valueOf(refusal.getMessage());
    return new Frame(FrameKind.REFUSAL, new WireWriter().int1(refusal.kind().number()).text(why));
  }

  public static Refusal readRefusal(Frame frame) throws MalformedFrame {
    WireReader in = frame.reader();
    return new Refusal(Numbered.find(Refusal.Kind.values(), in.int1()), in.text());
  }

  public static Frame starts(List<StartVerdict> verdicts) {
    WireWriter out = new WireWriter().int4(verdicts.size());
    for (StartVerdict verdict : verdicts) {
      out.text(verdict.task()).int1(verdict.kind().number()).text(verdict.why());
    }
    return new Frame(FrameKind.STARTS, out);
  }

  public static List<StartVerdict> readStarts(Frame frame) throws MalformedFrame {
    WireReader in = frame.reader();
    int count = in.count(9);
    List<StartVerdict> verdicts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String task = in.text();
      verdicts.add(
          new StartVerdict(task, Numbered.find(StartVerdict.Kind.values(), in.int1()), in.text()));
    }
    return verdicts;
  }

  public static Frame stops(List<StopVerdict> verdicts) {
    WireWriter out = new WireWriter().int4(verdicts.size());
    verdicts.forEach(verdict -> out.text(verdict.task()).int1(verdict.kind().number()));
    return new Frame(FrameKind.STOPS, out);
  }

  public static List<StopVerdict> readStops(Frame frame) throws MalformedFrame {
    WireReader in = frame.reader();
    int count = in.count(5);
    List<StopVerdict> verdicts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String task = in.text();
      verdicts.add(new StopVerdict(task, Numbered.find(StopVerdict.Kind.values(), in.int1())));
    }
    return verdicts;
  }

  public static Frame listing(Listing listing) {
    WireWriter out = new WireWriter().int8(listing.position()).int4(listing.living().size());
    for (Listing.Living task : listing.living()) {
      out.text(task.task()).int4(task.pid()).int8(task.since().toEpochMilli());
      out.int1(task.closing() ? 1 : 0);
    }
    Requests.texts(out, listing.ended());
    return new Frame(FrameKind.LISTING, Requests.texts(out, listing.tombstones()));
  }

  public static Listing readListing(Frame frame) throws MalformedFrame {
    WireReader in = frame.reader();
    long position = in.int8();
    int count = in.count(17);
    List<Listing.Living> living = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String task = in.text();
      int pid = in.int4();
      Instant since = Instant.ofEpochMilli(in.int8());
      living.add(new Listing.Living(task, pid, since, in.int1() != 0));
    }
    return new Listing(position, living, OrderCodec.readTexts(in), OrderCodec.readTexts(in));
  }
}
