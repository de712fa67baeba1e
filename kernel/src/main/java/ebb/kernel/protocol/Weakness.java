package ebb.kernel.protocol;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What the isolation of a task lacks because the machine does not give it. The names are also what
/// people are told.
public enum Weakness {
  /// Link-local addresses and the server's own port are open.
  NETWORK_UNFILTERED,
  MEMORY_UNLIMITED,
  PROCESSORS_UNLIMITED,
  PROCESSES_UNLIMITED;

  /// Of a machine that limits nothing.
  public static final List<Weakness> WITHOUT_LIMITS =
      List.of(MEMORY_UNLIMITED, PROCESSORS_UNLIMITED, PROCESSES_UNLIMITED);

  /// Each once, in their order.
  public static List<Weakness> sorted(Collection<Weakness> weaknesses) {
    return List.copyOf(new TreeSet<>(weaknesses));
  }

  /// All of them for people, with commas between.
  public static String words(List<Weakness> weaknesses) {
    return weaknesses.stream().map(Weakness::words).collect(Collectors.joining(", "));
  }

  /// What people are told.
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
