package ebb.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// How a command shows what it was answered: options of every command that shows something.
final class Output {
  /// Indented, spaced and sorted as az's.
  private static final ObjectWriter JSON = json();

  private static ObjectWriter json() {
    Separators separators =
        Separators.createDefaultInstance()
            .withObjectNameValueSpacing(Separators.Spacing.AFTER)
            .withObjectEmptySeparator("")
            .withArrayEmptySeparator("");
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    return JsonMapper.builder()
        .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
        .enable(SerializationFeature.INDENT_OUTPUT)
        .defaultPrettyPrinter(
            new DefaultPrettyPrinter(separators).withArrayIndenter(lines).withObjectIndenter(lines))
        .build()
        .writer();
  }

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

  /// How many rows are asked for, as it was typed.
  static int most(int typed) {
    if (typed < 0) {
      throw Failed.unreadable(
          "'--max-results %d' is no number of rows: name 0 or more.".formatted(typed));
    }
    return typed;
  }

  /// Whether it is shown to people, for whom there may be more to say.
  boolean isTable() {
    return format() == Format.table;
  }

  /// These options as they are typed, for what shows the same without being told otherwise.
  List<String> words() {
    List<String> words = new ArrayList<>(List.of("--output", format().name()));
    if (query != null) {
      words.addAll(List.of("--query", query));
    }
    return words;
  }

  private Format format() {
    return format == null ? absent : format;
  }

  void show(JsonNode one, List<Column> columns) {
    show(one, columns, UnaryOperator.identity());
  }

  /// @param shape what is shown of it beside a table, and what is chosen from
  void show(JsonNode one, List<Column> columns, UnaryOperator<JsonNode> shape) {
    show(shape.apply(one), List.of(one), columns);
  }

  void showAll(List<JsonNode> rows, List<Column> columns) {
    showAll(rows, columns, UnaryOperator.identity());
  }

  /// @param shape what is shown of each beside a table, and what is chosen from
  void showAll(List<JsonNode> rows, List<Column> columns, UnaryOperator<JsonNode> shape) {
    show(
        Connection.JSON.createArrayNode().addAll(rows.stream().map(shape).toList()), rows, columns);
  }

  private void show(JsonNode whole, List<JsonNode> rows, List<Column> columns) {
    if (query != null) {
      chosen(Query.choose(query, whole));
    } else {
      write(whole, () -> Table.of(rows, columns));
    }
  }

  /// What a query chose has no columns but those that it names; az prints nothing of nothing.
  private void chosen(JsonNode chosen) {
    if (chosen.isNull()) {
      return;
    }
    List<JsonNode> rows = rows(chosen);
    List<Column> columns = new ArrayList<>();
    if (!rows.isEmpty() && rows.getFirst().isObject()) {
      rows.getFirst()
          .propertyNames()
          .forEach(name -> columns.add(new Column(name, row -> text(row.path(name)))));
    } else {
      columns.add(new Column("Result", Output::text));
    }
    write(chosen, () -> Table.ofAll(rows, columns));
  }

  private static List<JsonNode> rows(JsonNode whole) {
    return whole.isArray() ? whole.valueStream().toList() : List.of(whole);
  }

  private static String text(JsonNode value) {
    return value.isNull()
        ? ""
        : value.isContainer()
            ? value.toString()
            : value.asString(""); // az prints containers as JSON
  }

  private void write(JsonNode whole, Supplier<String> table) {
    switch (format()) {
      case json -> System.out.println(JSON.writeValueAsString(whole));
      case jsonc -> System.out.println(coloured(JSON.writeValueAsString(whole)));
      case yaml -> System.out.print(Yaml.write(whole));
      case tsv -> rows(whole).forEach(row -> System.out.println(tabbed(row)));
      case table -> System.out.print(table.get());
      case none -> {} // nothing is asked for
    }
  }

  /// What az prints of one result: its values, and of what is within them only how many.
  private static String tabbed(JsonNode row) {
    return row.isContainer()
        ? row.valueStream().map(Output::cell).collect(Collectors.joining("\t"))
        : row.isNull() ? "None" : row.asString("");
  }

  private static String cell(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> String.valueOf(value.size());
      case OBJECT -> "";
      case NULL -> "None"; // Python's word
      case BOOLEAN -> value.asBoolean() ? "True" : "False";
      default -> value.asString(""); // text and numbers
    };
  }

  private static final Pattern JSON_NAME = Pattern.compile("(?m)^( *)(\"(?:[^\"\\\\]|\\\\.)*\"):");

  /// Names stand out, where somebody can see it.
  private static String coloured(String json) {
    return Terminal.hasColours()
        ? JSON_NAME.matcher(json).replaceAll(m -> m.group(1) + quoted(m.group(2)) + ":")
        : json;
  }

  private static String quoted(String name) {
    return Matcher.quoteReplacement(Terminal.Colour.CYAN.of(name));
  }
}
