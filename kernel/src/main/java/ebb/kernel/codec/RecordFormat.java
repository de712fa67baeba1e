package ebb.kernel.codec;

import ebb.kernel.protocol.Nullable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.function.Function;

/// A record: the count of its fields, then the fields by number.
final class RecordFormat implements Format {
  private final String name;
  private final Class<?> type;
  private final Field[] fields;

  /// Takes the values of all fields by number, retired ones too, and makes a record of them.
  private final MethodHandle make;

  /// What became of a record that nobody writes any more; null for one that is still written.
  private final @Nullable Function<Object, Object> lift;

  RecordFormat(
      String name, Shape shape, List<Field> fields, @Nullable Function<Object, Object> lift) {
    this.name = name;
    this.type = shape.type();
    this.fields = fields.toArray(Field[]::new);
    this.lift = lift;
    this.make = byNumber(shape, this.fields);
  }

  private static MethodHandle byNumber(Shape shape, Field[] fields) {
    MethodHandle byComponent = shape.constructor();
    Class<?>[] types = new Class<?>[fields.length];
    int[] numberOfComponent = new int[shape.components().size()];
    for (int i = 0; i < fields.length; i++) {
      int component = shape.indexOf(fields[i].name());
      boolean retired = component < 0 || fields[i].part().isRetired();
      types[i] = retired ? Object.class : shape.components().get(component).type();
      if (!retired) {
        numberOfComponent[component] = i;
      }
    }
    MethodType byNumber = MethodType.methodType(byComponent.type().returnType(), types);
    return MethodHandles.permuteArguments(byComponent, byNumber, numberOfComponent)
        .asType(byNumber.generic())
        .asSpreader(Object[].class, fields.length);
  }

  String name() {
    return name;
  }

  Class<?> type() {
    return type;
  }

  List<Field> fields() {
    return List.of(fields);
  }

  boolean isLifted() {
    return lift != null;
  }

  @Override
  public void write(Object value, int version, ByteWriter out) {
    int count = fields.length;
    while (count > 0 && fields[count - 1].part().since() > version) {
      count--;
    }
    out.unsigned(count);
    for (int i = 0; i < count; i++) {
      fields[i].write(value, version, out);
    }
  }

  @Override
  public Object read(ByteReader in, int version) {
    int count = in.number();
    if (count > fields.length) {
      throw new NewerFormat(
          name + " has " + count + " fields, of which this version knows " + fields.length);
    }
    @Nullable Object[] values = new @Nullable Object[fields.length];
    boolean whole = true;
    for (int i = 0; i < fields.length; i++) {
      if (i < count && fields[i].in(version)) {
        values[i] = fields[i].format().read(in, version);
      } else {
        whole &= fields[i].part().isRetired();
      }
    }
    try {
      if (!whole) {
        fillIn(values, in);
      }
      return make(values);
    } catch (Malformed | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new Malformed(in.position(), "no " + name + " can be made of what is there", e);
    }
  }

  private void fillIn(@Nullable Object[] values, ByteReader in) {
    OldFields old = new OldFields(name, fields, values);
    for (int i = 0; i < fields.length; i++) {
      if (values[i] == null && !fields[i].part().isRetired()) {
        values[i] = fields[i].whenAbsent(old, in);
      }
    }
  }

  /// Makes the record of the values of its fields by number; those of retired fields do not matter.
  Object make(@Nullable Object[] values) throws Throwable {
    Object made = (Object) make.invokeExact(values);
    return lift == null ? made : lift.apply(made);
  }
}
