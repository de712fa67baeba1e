package ebb.kernel.codec;

import ebb.kernel.protocol.Nullable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Function;

/// One field of a record: where its value is taken from and how it is written.
final class Field {
  /// Takes a number or a truth value out of a record.
  static final MethodType BITS = MethodType.methodType(long.class, Object.class);

  private static final MethodType OBJECT = MethodType.methodType(Object.class, Object.class);

  private final TableLine.Part part;
  private final Format format;
  private final @Nullable Function<OldFields, ?> whenAbsent;

  /// Exactly of the type [#BITS] if `bits`, else of [#OBJECT]; null for a retired field.
  private final @Nullable MethodHandle getter;

  private final @Nullable ScalarFormat bits;

  Field(
      TableLine.Part part,
      Format format,
      @Nullable MethodHandle getter,
      @Nullable Function<OldFields, ?> whenAbsent) {
    this.part = part;
    this.format = format;
    this.whenAbsent = whenAbsent;
    this.bits =
        format instanceof ScalarFormat scalar && scalar != ScalarFormat.STRING ? scalar : null;
    if (getter == null) {
      this.getter = null;
    } else {
      this.getter =
          bits == null
              ? getter.asType(OBJECT)
              : MethodHandles.explicitCastArguments(getter, BITS); // a boolean becomes 0 or 1
    }
  }

  String name() {
    return part.name();
  }

  TableLine.Part part() {
    return part;
  }

  Format format() {
    return format;
  }

  /// Whether bytes of `version` hold it.
  boolean in(int version) {
    return part.since() <= version && version <= part.until();
  }

  void write(Object record, int version, ByteWriter out) {
    MethodHandle from = getter;
    if (from == null) {
      return;
    }
    if (bits != null) {
      bits.writeBits(bits(from, record), out);
    } else {
      format.write(object(from, record), version, out);
    }
  }

  static long bits(MethodHandle getter, Object record) {
    try {
      return (long) getter.invokeExact(record);
    } catch (Throwable e) {
      throw unreadable(record, e);
    }
  }

  private Object object(MethodHandle getter, Object record) {
    Object value;
    try {
      value = (Object) getter.invokeExact(record);
    } catch (Throwable e) {
      throw unreadable(record, e);
    }
    if (value == null) {
      throw new IllegalArgumentException(
          record.getClass().getName() + " has no " + name() + ", and nothing stored may be null");
    }
    return value;
  }

  private static IllegalStateException unreadable(Object record, Throwable cause) {
    return new IllegalStateException(record.getClass().getName() + " cannot be read", cause);
  }

  /// What the field means in bytes that are older than it.
  Object whenAbsent(OldFields old, ByteReader in) {
    if (whenAbsent == null) {
      throw in.malformed(part.name() + " (" + part.number() + ") is missing");
    }
    return whenAbsent.apply(old);
  }
}
