package ebb.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// How a command shows what it was answered: options of every command that shows something.
final class Output {
  private static final JsonMapper INDENTED =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json, jsonc, yaml, table, tsv or none.")
  private @Nullable Format format;

  private final Format absent;

  /// As az does.
  Output() {
    this(Format.json);
  }

  /// @param absent what is shown if nothing is said
  Output(Format absent) {
    this.absent = absent;
  }

  @Option(
      names = "--query",
      paramLabel = "JMESPATH",
      description = "Shows only what this expression chooses.")
  private @Nullable String query;

  /// The names are what is typed.
  enum Format {
    json,
    jsonc,
    yaml,
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
    if (query != null) {
      chosen(Query.choose(query, one));
    } else {
      show(one, List.of(one), columns);
    }
  }

  void showAll(List<JsonNode> rows, List<Column> columns) {
    JsonNode all = Connection.JSON.createArrayNode().addAll(rows);
    if (query != null) {
      chosen(Query.choose(query, all));
    } else {
      show(all, rows, columns);
    }
  }

  /// What a query chose has no columns but those that it names.
  private void chosen(JsonNode chosen) {
    List<JsonNode> rows = chosen.isArray() ? chosen.valueStream().toList() : List.of(chosen);
    List<Column> columns = new ArrayList<>();
    if (!rows.isEmpty() && rows.getFirst().isObject()) {
      rows.getFirst()
          .propertyNames()
          .forEach(name -> columns.add(new Column(name, row -> text(row.path(name)))));
    } else {
      columns.add(new Column("Result", Output::text));
    }
    show(chosen, rows, columns);
  }

  private static String text(JsonNode value) {
    return value.isNull()
        ? ""
        : value.isContainer()
            ? value.toString()
            : value.asString(""); // az prints containers as JSON
  }

  private void show(JsonNode whole, List<JsonNode> rows, List<Column> columns) {
    switch (format == null ? absent : format) {
      case json -> System.out.println(INDENTED.writeValueAsString(whole));
      case jsonc -> System.out.println(coloured(INDENTED.writeValueAsString(whole)));
      case yaml -> System.out.print(Yaml.write(whole));
      case tsv -> rows.forEach(row -> System.out.println(String.join("\t", cells(row, columns))));
      case table -> System.out.print(Table.of(rows, columns));
      case none -> {} // nothing is asked for
    }
  }

  private static final Pattern JSON_NAME = Pattern.compile("(?m)^( *)(\"(?:[^\"\\\\]|\\\\.)*\") :");

  /// Names stand out, where somebody can see it.
  private static String coloured(String json) {
    return Terminal.hasColours()
        ? JSON_NAME.matcher(json).replaceAll(m -> m.group(1) + quoted(m.group(2)) + " :")
        : json;
  }

  private static String quoted(String name) {
    return Matcher.quoteReplacement(Terminal.Colour.CYAN.of(name));
  }

  private static List<String> cells(JsonNode row, List<Column> columns) {
    return columns.stream().map(column -> column.value().apply(row)).toList();
  }
}
