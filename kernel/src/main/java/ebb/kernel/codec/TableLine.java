package ebb.kernel.codec;

import java.util.ArrayList;
import java.util.List;

/// One line of a table, as it was written.
///
/// @param number of the record among those that may stand where it stands; 0 for a line without
/// @param parts fields, or an enum's constants
record TableLine(int number, Kind kind, String name, int since, int until, List<Part> parts) {
  /// Until the end of time: not retired.
  static final int FOREVER = Integer.MAX_VALUE;

  enum Kind {
    RECORD,
    ENUM,
    ID
  }

  /// A field, or a constant.
  ///
  /// @param type empty for a constant
  /// @param since the first version that wrote it
  /// @param until the last version that wrote it
  /// @param was the name it had before; empty if it never had another
  /// @param as the constant that a removed one is read as; empty for one that exists
  record Part(int number, String type, String name, int since, int until, String was, String as) {
    boolean isRetired() {
      return until != FOREVER;
    }
  }

  boolean isRetired() {
    return until != FOREVER;
  }

  int highestNumber() {
    return parts.isEmpty() ? 0 : parts.getLast().number();
  }

  void check(boolean holds, String otherwise) {
    if (!holds) {
      throw wrong(otherwise);
    }
  }

  /// What is wrong with this line, for whoever changed it or the record it is about.
  IllegalStateException wrong(String what) {
    return new IllegalStateException("The format of " + name + " " + what);
  }

  /// Reads a whole table. An entry begins at the margin and goes on in lines that are indented;
  /// empty lines and those that begin with `#` are for people.
  static List<TableLine> parse(String table) {
    List<TableLine> lines = new ArrayList<>();
    StringBuilder entry = new StringBuilder();
    for (String line : table.lines().toList()) {
      boolean goesOn = line.startsWith(" ");
      if (!goesOn && !entry.isEmpty()) {
        lines.add(entry(entry.toString()));
        entry.setLength(0);
      }
      if (!line.startsWith("#")) {
        entry.append(line);
      }
    }
    if (!entry.isEmpty()) {
      lines.add(entry(entry.toString()));
    }
    return lines;
  }

  private static TableLine entry(String text) {
    int colon = text.indexOf(':');
    Words words = new Words(text, colon < 0 ? text : text.substring(0, colon));
    int number = words.nextIsNumber() ? words.number() : 0;
    Kind kind = words.take("enum") ? Kind.ENUM : words.take("id") ? Kind.ID : Kind.RECORD;
    String name = words.word();
    int since = words.take("since") ? words.number() : 1;
    int until = words.take("until") ? words.number() : FOREVER;
    words.expectEnd();
    List<Part> parts = new ArrayList<>();
    if (colon >= 0 && !text.substring(colon + 1).isBlank()) {
      for (String part : text.substring(colon + 1).split(",", -1)) {
        parts.add(part(new Words(text, part), kind));
      }
    }
    TableLine line = new TableLine(number, kind, name, since, until, List.copyOf(parts));
    line.checkNumbers();
    return line;
  }

  private static Part part(Words words, Kind kind) {
    int number = words.number();
    String type = kind == Kind.RECORD ? words.word() : "";
    String name = words.word();
    int since = words.take("since") ? words.number() : 1;
    int until = words.take("until") ? words.number() : FOREVER;
    String was = words.take("was") ? words.word() : "";
    String as = words.take("as") ? words.word() : "";
    words.expectEnd();
    return new Part(number, type, name, since, until, was, as);
  }

  /// The numbers are the order of the bytes, and what is newer must come later.
  private void checkNumbers() {
    int since = 1;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      check(
          part.number() == i + 1,
          "must number its parts 1, 2, 3, …: found "
              + part.number()
              + " "
              + part.name()
              + " where "
              + (i + 1)
              + " was due; a number stays in its place for ever, and a new one comes last");
      check(
          part.since() >= since,
          "has " + part.name() + " since " + part.since() + " after one since " + since);
      since = part.since();
    }
  }
}
