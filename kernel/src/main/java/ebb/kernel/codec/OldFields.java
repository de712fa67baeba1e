package ebb.kernel.codec;

import ebb.kernel.protocol.Nullable;

/// What older bytes hold of a record, retired fields included: all there is to say what a field
/// meant that did not exist yet.
final class OldFields {
  private final String record;
  private final Field[] fields;
  private final @Nullable Object[] values;

  OldFields(String record, Field[] fields, @Nullable Object[] values) {
    this.record = record;
    this.fields = fields;
    this.values = values;
  }

  /// The value of an older field, by the name it has in the table.
  <T> T get(String name, Class<T> type) {
    for (int i = 0; i < fields.length; i++) {
      Object value = values[i];
      if (value != null && fields[i].name().equals(name)) {
        return type.cast(value);
      }
    }
    throw new IllegalStateException("Older bytes of " + record + " do not hold " + name);
  }
}
