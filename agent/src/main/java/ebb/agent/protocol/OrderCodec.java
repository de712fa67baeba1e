package ebb.agent.protocol;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The bytes of a start's orders. Each order carries its length, so that fields can be added at its
/// end and an older agent passes over them.
final class OrderCodec {
  private static final int NOBODY = -1;

  private OrderCodec() {}

  static void write(WireWriter out, TaskOrder order) {
    int start = out.size();
    out.int4(0).text(order.task()).int4(order.arguments().size());
    order.arguments().forEach(out::text);
    out.int4(order.environment().size());
    order.environment().forEach((name, value) -> out.text(name).text(value));
    out.text(order.workingDirectory().toString());
    out.text(order.output().stdout().toString()).text(order.output().stderr().toString());
    out.int8(order.output().boundBytes());
    out.int8(millisOf(order.limit())).int8(millisOf(order.grace()));
    out.int4(order.owner().map(TaskOrder.Owner::uid).orElse(NOBODY));
    out.int4(order.owner().map(TaskOrder.Owner::gid).orElse(NOBODY));
    out.int1(order.wrapped() ? 1 : 0);
    out.putInt4(start, out.size() - start - 4);
  }

  /// What is too long to be said is said to be the longest; the agent then says what is wrong.
  static long millisOf(Duration duration) {
    return duration.toSeconds() >= Long.MAX_VALUE / 1_000 ? Long.MAX_VALUE : duration.toMillis();
  }

  static TaskOrder read(WireReader outer) throws MalformedFrame {
    WireReader in = outer.part(outer.int4());
    String task = in.text();
    List<String> arguments = readTexts(in);
    Map<String, String> environment = readEnvironment(in);
    Path workingDirectory = path(in);
    TaskOrder.Output output = new TaskOrder.Output(path(in), path(in), in.int8());
    Duration limit = Duration.ofMillis(in.int8());
    Duration grace = Duration.ofMillis(in.int8());
    int uid = in.int4();
    int gid = in.int4();
    Optional<TaskOrder.Owner> owner =
        uid == NOBODY ? Optional.empty() : Optional.of(new TaskOrder.Owner(uid, gid));
    boolean wrapped = in.remaining() > 0 && in.int1() != 0; // absent in a server's of before
    return new TaskOrder(
        task, arguments, environment, workingDirectory, output, limit, grace, owner, wrapped);
  }

  static List<String> readTexts(WireReader in) throws MalformedFrame {
    int count = in.count(4);
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      texts.add(in.text());
    }
    return texts;
  }

  private static Map<String, String> readEnvironment(WireReader in) throws MalformedFrame {
    int count = in.count(8);
    Map<String, String> environment = HashMap.newHashMap(count);
    for (int i = 0; i < count; i++) {
      environment.put(in.text(), in.text());
    }
    return environment;
  }

  private static Path path(WireReader in) throws MalformedFrame {
    String text = in.text();
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new MalformedFrame("not a path: " + e.getMessage());
    }
  }
}
