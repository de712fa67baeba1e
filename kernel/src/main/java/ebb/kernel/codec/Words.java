package ebb.kernel.codec;

/// The words of one entry of a table, taken one by one.
final class Words {
  private final String entry;
  private final String[] words;
  private int next;

  /// @param entry the whole entry, for messages
  /// @param part the part of it that is read
  Words(String entry, String part) {
    this.entry = entry;
    this.words = part.strip().split("\\s+");
  }

  boolean nextIsNumber() {
    return next < words.length && Character.isDigit(words[next].charAt(0));
  }

  /// Whether the next word is this one; it is taken if so.
  boolean take(String word) {
    boolean found = next < words.length && words[next].equals(word);
    if (found) {
      next++;
    }
    return found;
  }

  String word() {
    if (next == words.length || words[next].isEmpty()) {
      throw unclear("a word is missing");
    }
    return words[next++];
  }

  int number() {
    String word = word();
    try {
      int number = Integer.parseInt(word);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalStateException("Not a number: " + word + " in: " + entry, e);
    }
    throw unclear("numbers start at 1");
  }

  void expectEnd() {
    if (next != words.length) {
      throw unclear("nobody knows what " + words[next] + " means here");
    }
  }

  private IllegalStateException unclear(String why) {
    return new IllegalStateException("Unclear (" + why + "): " + entry);
  }
}
