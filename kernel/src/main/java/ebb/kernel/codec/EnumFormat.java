package ebb.kernel.codec;

import ebb.kernel.protocol.Nullable;
import java.util.ArrayList;
import java.util.List;

/// Constants by the numbers of the table; their order in the source means nothing here.
final class EnumFormat implements Format {
  private final String name;

  /// What a number is written for. Few enough to be looked through.
  private final @Nullable Object[] written;

  /// What a number is read as.
  private final @Nullable Object[] read;

  EnumFormat(Class<?> type, TableLine line) {
    name = line.name();
    written = new @Nullable Object[line.highestNumber() + 1];
    read = new @Nullable Object[line.highestNumber() + 1];
    for (TableLine.Part part : line.parts()) {
      if (part.as().isEmpty()) {
        Object constant = constant(type, line, part.name());
        line.check(numberOf(constant) == 0, "gives two numbers to " + part.name());
        written[part.number()] = constant;
        read[part.number()] = constant;
      } else {
        read[part.number()] = constant(type, line, part.as());
      }
    }
    for (Object constant : type.getEnumConstants()) {
      line.check(
          numberOf(constant) > 0,
          "lacks the constant "
              + constant
              + ": add `"
              + (line.highestNumber() + 1)
              + " "
              + constant
              + "`");
    }
  }

  private static Object constant(Class<?> type, TableLine line, String name) {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw line.wrong(
        "names the constant "
            + name
            + ", which does not exist; one that was removed keeps its number and says what it is"
            + " read as: `"
            + name
            + " as OTHER`");
  }

  /// 0 if it has none.
  private int numberOf(Object constant) {
    for (int number = 1; number < written.length; number++) {
      if (constant.equals(written[number])) {
        return number;
      }
    }
    return 0;
  }

  /// Those that are still written, by number.
  List<Object> constants() {
    List<Object> constants = new ArrayList<>();
    for (Object constant : written) {
      if (constant != null) {
        constants.add(constant);
      }
    }
    return constants;
  }

  @Override
  public void write(Object value, int version, ByteWriter out) {
    out.unsigned(numberOf(value));
  }

  @Override
  public Object read(ByteReader in, int version) {
    int number = in.number();
    Object constant = number < read.length ? read[number] : null;
    if (constant == null) {
      throw number == 0
          ? in.malformed("0 is no " + name)
          : new NewerFormat(name + " has no constant " + number + " here");
    }
    return constant;
  }
}
