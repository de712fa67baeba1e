package ebb.app.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Rows under titles, no wider than there is room: reasons are cut first, for 'ebb why' has them
/// whole, then columns that matter least go, then what is widest is cut.
final class Table {
  private static final String GAP = "  ";

  /// Titles in the order in which they go, whatever table they are in: what else says, or what is
  /// looked up in another way.
  private static final List<String> LEAST =
      List.of(
          "Unpriced",
          "Leave",
          "Boot",
          "Idle",
          "Isolation",
          "Since",
          "Submitted",
          "Invoice",
          "Internal",
          "Priority",
          "USER",
          "SIZE",
          "Run",
          "IDLE",
          "FOR");

  /// Titles of reasons, and how much of one is left while there are columns that could go: what it
  /// is, without its numbers.
  private static final List<String> REASONS = List.of("WHY", "WAITS FOR");

  private static final int REASON = 16;

  /// A column is never cut to less.
  private static final int NARROWEST = 6;

  private final List<List<String>> lines = new ArrayList<>();
  private final List<Integer> shown = new ArrayList<>();
  private final int[] widths;

  private Table(List<JsonNode> rows, List<Output.Column> columns) {
    lines.add(columns.stream().map(Output.Column::title).toList());
    for (JsonNode row : rows) {
      lines.add(columns.stream().map(column -> column.value().apply(row)).toList());
    }
    for (int i = 0; i < columns.size(); i++) {
      shown.add(i);
    }
    widths = measured(columns.size());
  }

  /// Columns two spaces apart, without spaces at the end of a line.
  static String of(List<JsonNode> rows, List<Output.Column> columns) {
    return of(rows, columns, Terminal.width());
  }

  static String of(List<JsonNode> rows, List<Output.Column> columns, int room) {
    Table table = new Table(rows, columns);
    table.cutReasons(room);
    for (String title : LEAST) {
      table.drop(title, room);
    }
    table.cut(room);
    table.giveBackToReasons(room);
    return table.text();
  }

  /// The same with all columns, whatever they are called.
  static String ofAll(List<JsonNode> rows, List<Output.Column> columns) {
    Table table = new Table(rows, columns);
    table.cut(Terminal.width());
    return table.text();
  }

  private int[] measured(int columns) {
    int[] measured = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < columns; i++) {
        measured[i] = Math.max(measured[i], line.get(i).length());
      }
    }
    return measured;
  }

  private int width() {
    int gaps = GAP.length() * (shown.size() - 1);
    return shown.stream().mapToInt(i -> widths[i]).sum() + gaps;
  }

  private void drop(String title, int room) {
    int at = lines.getFirst().indexOf(title);
    if (at > 0 && width() > room) { // the first names the row
      shown.removeIf(column -> column == at);
    }
  }

  private void cutReasons(int room) {
    for (String title : REASONS) {
      int at = lines.getFirst().indexOf(title);
      if (at > 0) {
        int wanted = Math.max(REASON, widths[at] - Math.max(0, width() - room));
        widths[at] = Math.min(widths[at], wanted);
      }
    }
  }

  /// What the columns that went have left.
  private void giveBackToReasons(int room) {
    int[] whole = measured(widths.length);
    for (String title : REASONS) {
      int at = lines.getFirst().indexOf(title);
      if (shown.contains(at)) {
        widths[at] = Math.min(whole[at], widths[at] + Math.max(0, room - width()));
      }
    }
  }

  private void cut(int room) {
    while (width() > room) {
      int widest = Collections.max(shown, Comparator.comparingInt(i -> widths[i]));
      int next = Math.max(NARROWEST, widths[widest] - (width() - room));
      if (next >= widths[widest]) {
        return; // what is left has no smaller form
      }
      widths[widest] = next;
    }
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder cells = new StringBuilder();
      for (int i : shown) {
        String cell = cut(line.get(i), widths[i]);
        cells.append(cell).repeat(" ", widths[i] - cell.length()).append(GAP);
      }
      text.append(cells.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /// A text within some room; where it is cut, it says so.
  static String cut(String text, int room) {
    return text.length() <= room ? text : text.substring(0, Math.max(0, room - 1)) + "…";
  }

  /// A text in lines that are no wider than there is room, each but the first after `indent`.
  static String wrapped(String text, String indent, int room) {
    StringBuilder all = new StringBuilder();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.toString().isBlank() && line.length() + 1 + word.length() > room) {
        all.append(line).append('\n');
        line.setLength(0);
        line.append(indent).append(word);
      } else {
        line.append(line.isEmpty() ? "" : " ").append(word);
      }
    }
    return all.append(line).toString();
  }
}
