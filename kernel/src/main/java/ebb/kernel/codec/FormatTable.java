package ebb.kernel.codec;

import java.util.List;
import java.util.NavigableMap;

/// Which records can be written, and how: a table's text, checked against the records it is about.
/// See [EventFormats] for how the text reads.
final class FormatTable {
  private final ChoiceFormat records;
  private final NavigableMap<String, Format> byName;

  FormatTable(ChoiceFormat records, NavigableMap<String, Format> byName) {
    this.records = records;
    this.byName = byName;
  }

  /// A table for the records of `roots`: of a sealed interface all that may stand for it, or
  /// records themselves. Every line of `text` must be about one that exists; lines of `shared` are
  /// there for several tables.
  static TableDraft draft(String text, String shared, Class<?>... roots) {
    return new TableDraft(text, shared, List.of(roots));
  }

  /// The record's number and its fields.
  void write(Object record, ByteWriter out) {
    records.write(record, FormatVersion.CURRENT, out);
  }

  /// What [#write] of that `version` wrote.
  Object read(ByteReader in, int version) {
    return records.read(in, version);
  }

  /// The same, after the record's number was read.
  Object read(int number, ByteReader in, int version) {
    return records.read(number, in, version);
  }

  /// Writes only what `version` knew, for digests: these bytes cannot be read again. Nothing at all
  /// if it did not know the record.
  void writeKnown(Object record, int version, ByteWriter out) {
    if (records.of(record).since() <= version) {
      records.write(record, version, out);
    }
  }

  ChoiceFormat records() {
    return records;
  }

  /// All formats that the records are made of, by the name of the type.
  NavigableMap<String, Format> formats() {
    return byName;
  }
}
