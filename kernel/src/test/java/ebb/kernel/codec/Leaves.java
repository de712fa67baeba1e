package ebb.kernel.codec;

import java.util.ArrayList;
import java.util.List;

/// A value as lines of text, one for each number, text or constant in it, each with the numbers of
/// the fields that lead to it: `5.3 1790000000007`. By these a person can see what bytes mean, and
/// a test can compare field by field what a later version makes of them.
final class Leaves {
  private final List<String> lines = new ArrayList<>();

  static List<String> of(ChoiceFormat.Alternative alternative, Object value) {
    Leaves leaves = new Leaves();
    leaves.add("", alternative.format(), value);
    return leaves.lines;
  }

  private void add(String path, Format format, Object value) {
    switch (format) {
      case ScalarFormat scalar ->
          leaf(path, scalar == ScalarFormat.STRING ? '"' + value.toString() + '"' : value);
      case IdFormat _, EnumFormat _ -> leaf(path, value);
      case ListFormat list -> {
        List<?> values = (List<?>) value;
        leaf(path, values.size() + " of them");
        for (int i = 0; i < values.size(); i++) {
          add(path + "[" + i + "]", list.element(), values.get(i));
        }
      }
      case ChoiceFormat choice -> {
        leaf(path, choice.of(value).number());
        add(path + "#", choice.of(value).format(), value);
      }
      case RecordFormat record -> {
        for (Field field : record.fields()) {
          if (!field.part().isRetired()) {
            String number = Integer.toString(field.part().number());
            add(
                path.isEmpty() ? number : path + "." + number,
                field.format(),
                component(value, field.name()));
          }
        }
      }
    }
  }

  private static Object component(Object record, String name) {
    try {
      var accessor = record.getClass().getDeclaredMethod(name);
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private void leaf(String path, Object value) {
    lines.add(path + " " + value);
  }
}
