package ebb.kernel.walls.planted;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What the kernel may do: no wall refuses any of it. Never run.
@SuppressWarnings("unused") // each is here to be passed over
final class Virtues {
  static final List<Colour> COLOURS = List.of(Colour.RED, Colour.GREEN);
  static final Phase FIRST = new Phase.Queued("first", Colour.RED);

  private Virtues() {}

  sealed interface Phase {
    record Queued(String name, Colour colour) implements Phase {}

    record Running(String name, Instant since) implements Phase {}
  }

  enum Colour {
    RED,
    GREEN
  }

  static String say(Phase phase) {
    return switch (phase) {
      case Phase.Queued(var name, var colour) when colour == Colour.RED -> "red " + name;
      case Phase.Queued(var name, var colour) ->
          switch (colour) {
            case RED -> "never";
            case GREEN -> name;
          };
      case Phase.Running(var name, var since) -> name + since.plus(Duration.ofSeconds(1));
    };
  }

  static SortedMap<String, List<String>> collect(List<String> names) {
    var order = new TreeSet<>(names);
    var queue = new ArrayDeque<>(names);
    var list = new ArrayList<>(List.of("a"));
    Map<Colour, Long> colours = new EnumMap<>(Colour.class);
    colours.merge(Colour.RED, 1L, Long::sum);
    return names.stream()
        .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.toList()));
  }

  static String choose(String word) {
    return switch (word) {
      case "a", "b" -> String.format(Locale.ROOT, "%s", word.toUpperCase(Locale.ROOT));
      default ->
          Long.toString(StrictMath.round(StrictMath.log(2)) + BigInteger.TWO.longValueExact());
    };
  }

  static byte[] bytes(long[] from) {
    var copy = new long[from.length];
    System.arraycopy(from, 0, copy, 0, from.length);
    return ByteBuffer.allocate(8).putLong(copy[0]).array();
  }
}
