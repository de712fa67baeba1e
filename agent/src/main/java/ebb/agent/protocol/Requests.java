package ebb.agent.protocol;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The bytes of what a server asks, both directions of each beside each other.
public final class Requests {
  private Requests() {}

  /// The first frame of a connection. Its layout can never change: it is read before a version is
  /// agreed on.
  public record Hello(int versionMin, int versionMax, String installation) {
    /// "EBBA", so that a stranger who found the socket is told so.
    private static final int MAGIC = 0x45424241;

    public Frame frame() {
      WireWriter out = new WireWriter();
      out.int4(MAGIC).int4(versionMin).int4(versionMax).text(installation);
      return new Frame(FrameKind.HELLO, out);
    }

    public static Hello read(Frame frame) throws MalformedFrame {
      WireReader in = frame.reader();
      if (frame.kind() != FrameKind.HELLO || in.int4() != MAGIC) {
        throw new MalformedFrame("a connection begins with a hello");
      }
      return new Hello(in.int4(), in.int4(), in.text());
    }
  }

  /// Please end these, with this time between SIGTERM and SIGKILL.
  public record Stop(List<String> tasks, Duration grace) {
    public Frame frame() {
      WireWriter out = new WireWriter().int8(OrderCodec.millisOf(grace));
      return new Frame(FrameKind.STOP, texts(out, tasks));
    }

    public static Stop read(Frame frame) throws MalformedFrame {
      WireReader in = frame.reader();
      long millis = Math.clamp(in.int8(), 0, TaskOrder.GRACE_MAX.toMillis());
      Duration grace = Duration.ofMillis(millis);
      return new Stop(OrderCodec.readTexts(in), grace);
    }
  }

  public static Frame start(Collection<TaskOrder> orders) {
    WireWriter out = new WireWriter().int4(orders.size());
    orders.forEach(order -> OrderCodec.write(out, order));
    return new Frame(FrameKind.START, out);
  }

  public static List<TaskOrder> readStart(Frame frame) throws MalformedFrame {
    WireReader in = frame.reader();
    int count = in.count(4);
    List<TaskOrder> orders = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      orders.add(OrderCodec.read(in));
    }
    return orders;
  }

  /// A frame whose body is one number: a position.
  public static Frame position(FrameKind kind, long position) {
    return new Frame(kind, new WireWriter().int8(position));
  }

  public static long readPosition(Frame frame) throws MalformedFrame {
    return frame.reader().int8();
  }

  /// A frame whose body is a list of tasks.
  public static Frame tasks(FrameKind kind, Collection<String> tasks) {
    return new Frame(kind, texts(new WireWriter(), tasks));
  }

  public static List<String> readTasks(Frame frame) throws MalformedFrame {
    return OrderCodec.readTexts(frame.reader());
  }

  public static Frame shutdown(boolean stopTasks) {
    return new Frame(FrameKind.SHUTDOWN, new WireWriter().int1(stopTasks ? 1 : 0));
  }

  public static boolean readShutdown(Frame frame) throws MalformedFrame {
    return frame.reader().int1() != 0;
  }

  static WireWriter texts(WireWriter out, Collection<String> texts) {
    out.int4(texts.size());
    texts.forEach(out::text);
    return out;
  }
}
