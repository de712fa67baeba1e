package ebb.kernel.codec;

/// How the values of one type become bytes and come back.
sealed interface Format
    permits ChoiceFormat, EnumFormat, IdFormat, ListFormat, RecordFormat, ScalarFormat {

  /// Writes what `version` knows of the value. Less than all of it is for digests only: bytes that
  /// are to be read again are always of the current version.
  void write(Object value, int version, ByteWriter out);

  /// Reads what `version` wrote.
  Object read(ByteReader in, int version);
}
