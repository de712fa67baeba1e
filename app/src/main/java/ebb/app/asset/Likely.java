package ebb.app.asset;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// What to say to whoever names something that is not there: what there is.
public final class Likely {
  /// A line holds so many.
  private static final int TOLD = 5;

  /// Nobody looks through more names than these to say what was meant.
  static final int LOOKED_AT = 1_000;

  private Likely() {}

  /// The names that begin most like the one that was asked for come first, and of many only these.
  ///
  /// @param names if they are more than are looked at, there may be any number of others
  public static String among(Collection<String> names, String asked) {
    List<String> told =
        names.stream()
            .sorted(
                Comparator.comparingInt((String name) -> -shared(name, asked))
                    .thenComparing(Comparator.naturalOrder()))
            .limit(TOLD)
            .toList();
    if (told.isEmpty()) {
      return "there are none";
    }
    String listed = String.join(", ", told);
    if (names.size() > LOOKED_AT) {
      return "some are " + listed;
    }
    return "there are "
        + listed
        + (names.size() > TOLD ? " and %d more".formatted(names.size() - TOLD) : "");
  }

  /// How many letters two names have in common before they differ.
  private static int shared(String one, String other) {
    String first = one.toLowerCase(Locale.ROOT);
    String second = other.toLowerCase(Locale.ROOT);
    int i = 0;
    while (i < Math.min(first.length(), second.length()) && first.charAt(i) == second.charAt(i)) {
      i++;
    }
    return i;
  }
}
