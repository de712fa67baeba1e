package ebb.agent.protocol;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The bytes of a start's orders. Each order carries its length, so that fields can be added at its
/// end and an older agent passes over them.
final class OrderCodec {
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
    out.int4(order.groups().size());
    order.groups().forEach(group -> out.text(group.toString()));
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
    int count = in.count(4);
    List<Path> groups = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      groups.add(path(in));
    }
    boolean wrapped = in.int1() != 0;
    return new TaskOrder(
        task, arguments, environment, workingDirectory, output, limit, grace, groups, wrapped);
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
