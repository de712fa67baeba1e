package ebb.app.specification;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What stands for the names of inputs and outputs in a command: `${{inputs.NAME}}` and
/// `${{outputs.NAME}}`.
///
/// @param inputs values, and paths of files
/// @param outputs paths
public record Values(SortedMap<String, String> inputs, SortedMap<String, String> outputs) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{\\{\\s*([^{}]*?)\\s*\\}\\}");

  public Values {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
    outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
  }

  /// The text with every name replaced.
  String fill(String text) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll((MatchResult found) ->
            Matcher.quoteReplacement(value(found.group(1)).orElse(found.group())));
  }

  private Optional<String> value(String name) {
    if (name.startsWith("inputs.")) {
      return Optional.ofNullable(inputs.get(name.substring("inputs.".length())));
    }
    return name.startsWith("outputs.")
        ? Optional.ofNullable(outputs.get(name.substring("outputs.".length())))
        : Optional.empty();
  }

  /// A name in the text for which nothing stands.
  static Optional<String> unknown(String text, Function<String, Boolean> isKnown) {
    if (!text.contains("${{")) {
      return Optional.empty();
    }
    return PLACEHOLDER
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .filter(name -> !isKnown.apply(name))
        .findFirst();
  }
}
