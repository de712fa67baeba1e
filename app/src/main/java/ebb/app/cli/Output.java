package ebb.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// How a command shows what it was answered: an option of every command that shows something.
final class Output {
  private static final JsonMapper INDENTED =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json, table, tsv or none (default: ${DEFAULT-VALUE}).",
      defaultValue = "json")
  private Format format = Format.json;

  /// The names are what is typed.
  enum Format {
    json,
    table,
    tsv,
    none
  }

  /// A column of a table: its title, and what it says of a row.
  record Column(String title, Function<JsonNode, String> value) {
    static Column of(String title, String pointer) {
      return new Column(title, row -> row.at(pointer).asString(""));
    }
  }

  void show(JsonNode one, List<Column> columns) {
    if (format == Format.json) {
      System.out.println(INDENTED.writeValueAsString(one));
    } else {
      rows(List.of(one), columns);
    }
  }

  void showAll(List<JsonNode> rows, List<Column> columns) {
    if (format == Format.json) {
      System.out.println(INDENTED.writeValueAsString(rows));
    } else {
      rows(rows, columns);
    }
  }

  private void rows(List<JsonNode> rows, List<Column> columns) {
    switch (format) {
      case tsv -> rows.forEach(row -> System.out.println(String.join("\t", cells(row, columns))));
      case table -> System.out.print(table(rows, columns));
      case json, none -> {} // json is shown whole, none not at all
    }
  }

  private static List<String> cells(JsonNode row, List<Column> columns) {
    return columns.stream().map(column -> column.value().apply(row)).toList();
  }

  /// Columns as wide as their widest cell, two spaces apart, without spaces at the end of a line.
  static String table(List<JsonNode> rows, List<Column> columns) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns.stream().map(Column::title).toList());
    rows.forEach(row -> lines.add(cells(row, columns)));
    int[] widths = new int[columns.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder shown = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        shown.append(line.get(i)).repeat(" ", widths[i] - line.get(i).length() + 2);
      }
      text.append(shown.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
