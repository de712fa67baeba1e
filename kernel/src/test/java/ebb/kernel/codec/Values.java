package ebb.kernel.codec;

import ebb.kernel.codec.ChoiceFormat.Alternative;
import ebb.kernel.protocol.Id;
import java.util.ArrayList;
import java.util.List;

/// Makes values of any format, so that no test needs to be told of a new event. What is in them is
/// decided by a [Source].
final class Values {
  private Values() {}

  interface Source {
    long number();

    long id();

    int smallNumber();

    boolean truth();

    String text();

    int size();

    /// One of `count`.
    int pick(int count);
  }

  static Object of(Format format, Source source) {
    return switch (format) {
      case ScalarFormat scalar -> scalar(scalar, source);
      case IdFormat id -> id(id, source);
      case EnumFormat constants ->
          constants.constants().get(source.pick(constants.constants().size()));
      case ListFormat list -> list(list, source);
      case ChoiceFormat choice -> {
        List<Alternative> written = written(choice);
        yield of(written.get(source.pick(written.size())).format(), source);
      }
      case RecordFormat record -> record(record, source);
    };
  }

  /// The alternatives that are still written.
  static List<Alternative> written(ChoiceFormat choice) {
    return choice.alternatives().stream().filter(each -> !each.format().isLifted()).toList();
  }

  private static Object scalar(ScalarFormat scalar, Source source) {
    return switch (scalar) {
      case LONG -> source.number();
      case INT -> source.smallNumber();
      case BOOLEAN -> source.truth();
      case STRING -> source.text();
    };
  }

  private static Object id(IdFormat format, Source source) {
    ByteWriter out = new ByteWriter();
    long id = source.id();
    out.unsigned(Id.epoch(id));
    out.unsigned(Id.counter(id));
    return format.read(new ByteReader(out.toBytes()), FormatVersion.CURRENT);
  }

  private static Object list(ListFormat list, Source source) {
    List<Object> values = new ArrayList<>();
    for (int i = source.size(); i > 0; i--) {
      values.add(of(list.element(), source));
    }
    return List.copyOf(values);
  }

  private static Object record(RecordFormat record, Source source) {
    Object[] values = new Object[record.fields().size()];
    for (int i = 0; i < values.length; i++) {
      Field field = record.fields().get(i);
      values[i] = field.part().isRetired() ? null : of(field.format(), source);
    }
    try {
      return record.make(values);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /// The largest choice anywhere in it: so many samples show every constant and every phase.
  static int choices(Format format) {
    return switch (format) {
      case ScalarFormat _, IdFormat _ -> 1;
      case EnumFormat constants -> constants.constants().size();
      case ListFormat list -> choices(list.element());
      case ChoiceFormat choice ->
          written(choice).stream()
              .mapToInt(each -> choices(each.format()))
              .reduce(written(choice).size(), Math::max);
      case RecordFormat record ->
          record.fields().stream()
              .filter(field -> !field.part().isRetired())
              .mapToInt(field -> choices(field.format()))
              .reduce(1, Math::max);
    };
  }
}
