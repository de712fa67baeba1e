package ebb.kernel.codec;

import java.util.List;

/// A count and as many values.
final class ListFormat implements Format {
  private final Format element;

  ListFormat(Format element) {
    this.element = element;
  }

  Format element() {
    return element;
  }

  @Override
  public void write(Object value, int version, ByteWriter out) {
    List<?> values = (List<?>) value;
    out.unsigned(values.size());
    for (int i = 0; i < values.size(); i++) {
      element.write(values.get(i), version, out);
    }
  }

  @Override
  public Object read(ByteReader in, int version) {
    Object[] values = new Object[in.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = element.read(in, version);
    }
    return List.of(values);
  }
}
