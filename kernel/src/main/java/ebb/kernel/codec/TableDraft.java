package ebb.kernel.codec;

import ebb.kernel.protocol.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;

/// A table before it is checked: its text, and what text cannot say about older versions.
final class TableDraft {
  private final List<Class<?>> roots;
  private final Classes classes;
  private final TreeMap<String, TableLine> lines = new TreeMap<>();
  private final TreeMap<String, TableLine> shared = new TreeMap<>();
  private final TreeMap<String, Format> formats = new TreeMap<>();
  private final TreeMap<String, Function<OldFields, ?>> absent = new TreeMap<>();
  private final TreeMap<String, Function<Object, Object>> lifts = new TreeMap<>();

  TableDraft(String text, String sharedText, List<Class<?>> roots) {
    this.roots = roots;
    this.classes = new Classes(roots);
    addAll(lines, text);
    addAll(shared, sharedText);
    for (ScalarFormat scalar : ScalarFormat.values()) {
      formats.put(scalar.typeName, scalar);
    }
  }

  private void addAll(NavigableMap<String, TableLine> to, String text) {
    for (TableLine line : TableLine.parse(text)) {
      line.check(!lines.containsKey(line.name()), "is there twice");
      line.check(to.put(line.name(), line) == null, "is there twice");
    }
  }

  /// What `field` means in bytes from before it existed: a constant, or something that follows from
  /// older fields.
  TableDraft whenAbsent(String record, String field, Function<OldFields, ?> meaning) {
    boolean known =
        line(record, record).parts().stream().anyMatch(part -> part.name().equals(field));
    line(record, record).check(known, "has no field " + field + " to be absent");
    absent.put(record + "." + field, meaning);
    return this;
  }

  /// What a record that nobody writes any more is read as. Its line stays, `until` the last version
  /// that wrote it, and so does its class, somewhere out of the way.
  <T> TableDraft lifted(String record, Class<T> type, Function<T, ?> lift) {
    line(record, record)
        .check(line(record, record).isRetired(), "is lifted: say `until` which version wrote it");
    lifts.put(record, old -> lift.apply(type.cast(old)));
    classes.add(record, type);
    return this;
  }

  /// A class that only retired fields still hold.
  TableDraft also(Class<?> type) {
    classes.discover(type);
    return this;
  }

  FormatTable build() {
    List<ChoiceFormat.Alternative> alternatives = new ArrayList<>();
    for (Class<?> root : roots) {
      alternatives.addAll(alternatives(root));
    }
    for (TableLine line : lines.values()) {
      line.check(
          classes.has(line.name()),
          "is about nothing that exists. If the record was removed or renamed: the line stays with"
              + " its number and `until` the last version that wrote it, and `lifted` says what it"
              + " is read as; only before its first release may a line go");
      if (line.isRetired()) {
        alternatives.add(alternative(line));
      }
    }
    String name = roots.size() == 1 ? roots.getFirst().getSimpleName() : "record";
    return new FormatTable(new ChoiceFormat(name, alternatives), formats);
  }

  /// All records that may stand for `type`, with their numbers.
  private List<ChoiceFormat.Alternative> alternatives(Class<?> type) {
    List<ChoiceFormat.Alternative> found = new ArrayList<>();
    if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        found.addAll(alternatives(permitted));
      }
    } else {
      found.add(alternative(line(classes.nameOf(type), type.getName())));
    }
    return found;
  }

  private ChoiceFormat.Alternative alternative(TableLine line) {
    line.check(line.number() > 0, "needs a number before its name");
    return new ChoiceFormat.Alternative(line.number(), line.since(), record(line.name()));
  }

  private TableLine line(String name, String className) {
    TableLine own = lines.get(name);
    TableLine line = own != null ? own : shared.get(name);
    if (line == null) {
      throw new IllegalStateException(
          "No line of the table is about "
              + className
              + ": add one with the next free number, such as `… "
              + name
              + suggestion(name)
              + "`");
    }
    return line;
  }

  private String suggestion(String name) {
    StringBuilder line = new StringBuilder(":");
    if (classes.has(name)) {
      int number = 0;
      for (Shape.Component each : classes.shape(name).components()) {
        line.append(number == 0 ? " " : ", ").append(++number).append(' ');
        line.append(classes.typeName(each)).append(' ').append(each.name());
      }
    }
    return line.toString();
  }

  private Format format(String typeName, TableLine user) {
    Format known = formats.get(typeName);
    if (known == null) {
      known = make(typeName, user);
      formats.put(typeName, known);
    }
    return known;
  }

  private Format make(String name, TableLine user) {
    if (name.startsWith("List<") && name.endsWith(">")) {
      return new ListFormat(format(name.substring("List<".length(), name.length() - 1), user));
    }
    Class<?> type = classes.get(name, user);
    if (type.isSealed()) {
      return new ChoiceFormat(name, alternatives(type));
    }
    TableLine line = line(name, type.getName());
    return switch (line.kind()) {
      case ENUM -> new EnumFormat(type, line);
      case ID -> new IdFormat(classes.shape(name));
      case RECORD -> record(name);
    };
  }

  private RecordFormat record(String name) {
    if (formats.get(name) instanceof RecordFormat made) {
      return made;
    }
    Shape shape = classes.shape(name);
    TableLine line = line(name, name);
    List<Field> fields = new ArrayList<>();
    for (TableLine.Part part : line.parts()) {
      fields.add(field(line, part, shape));
    }
    for (Shape.Component component : shape.components()) {
      checkOnce(line, component);
    }
    RecordFormat made = new RecordFormat(name, shape, fields, lifts.get(name));
    formats.put(name, made);
    return made;
  }

  private Field field(TableLine line, TableLine.Part part, Shape shape) {
    Format format = format(part.type(), line);
    if (part.isRetired()) {
      return new Field(part, format, null, null);
    }
    int index = shape.indexOf(part.name());
    line.check(
        index >= 0,
        "names "
            + part.name()
            + ", which is no component. A renamed one says `NEW was "
            + part.name()
            + "`; one that was removed keeps its number, `until` the last version that wrote it");
    Shape.Component component = shape.components().get(index);
    line.check(
        classes.typeName(component).equals(part.type()),
        "says that "
            + part.name()
            + " is a "
            + part.type()
            + ", but it is a "
            + classes.typeName(component)
            + ". A field never changes its type: retire its number and give a new one");
    @Nullable Function<OldFields, ?> meaning = absent.get(line.name() + "." + part.name());
    line.check(
        part.since() <= line.since() || meaning != null,
        "does not say what " + part.name() + " means in older bytes: add `whenAbsent`");
    return new Field(part, format, component.getter(), meaning);
  }

  private void checkOnce(TableLine line, Shape.Component component) {
    long times =
        line.parts().stream()
            .filter(part -> !part.isRetired() && part.name().equals(component.name()))
            .count();
    line.check(times < 2, "has " + component.name() + " twice");
    line.check(
        times == 1,
        "lacks the component "
            + component.name()
            + ": add `"
            + (line.highestNumber() + 1)
            + " "
            + classes.typeName(component)
            + " "
            + component.name()
            + "`, and `since` the next version if the record is part of a release");
  }
}
