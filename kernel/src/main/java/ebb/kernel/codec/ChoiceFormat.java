package ebb.kernel.codec;

import ebb.kernel.protocol.Nullable;
import java.util.List;

/// One of several records, each with its number: an event, an entity, the phase of a node.
final class ChoiceFormat implements Format {
  private final String name;
  private final List<Alternative> alternatives;
  private final @Nullable Alternative[] byNumber;

  /// Open addressing by the hash of the class's name, which is the same in every JVM.
  private final @Nullable Alternative[] byClass;

  ChoiceFormat(String name, List<Alternative> alternatives) {
    this.name = name;
    this.alternatives = List.copyOf(alternatives);
    int highest = 0;
    for (Alternative each : alternatives) {
      highest = Math.max(highest, each.number());
    }
    byNumber = new @Nullable Alternative[highest + 1];
    byClass = new @Nullable Alternative[Integer.highestOneBit(alternatives.size() + 1) * 4];
    for (Alternative each : alternatives) {
      Alternative other = byNumber[each.number()];
      if (other != null) {
        throw new IllegalStateException(
            name
                + " gives the number "
                + each.number()
                + " to two records, "
                + other.format().name()
                + " and "
                + each.format().name());
      }
      byNumber[each.number()] = each;
      byClass[slot(each.format().type())] = each;
    }
  }

  /// One record that may stand here.
  record Alternative(int number, int since, RecordFormat format) {}

  List<Alternative> alternatives() {
    return alternatives;
  }

  /// The slot that holds the class, or the free one where it would be.
  private int slot(Class<?> type) {
    int mask = byClass.length - 1;
    int slot = type.getName().hashCode() & mask;
    while (true) {
      Alternative found = byClass[slot];
      if (found == null || found.format().type() == type) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  Alternative of(Object value) {
    Alternative found = byClass[slot(value.getClass())];
    if (found == null) {
      throw new IllegalArgumentException(value.getClass().getName() + " is no " + name);
    }
    return found;
  }

  @Override
  public void write(Object value, int version, ByteWriter out) {
    Alternative alternative = of(value);
    out.unsigned(alternative.number());
    alternative.format().write(value, version, out);
  }

  @Override
  public Object read(ByteReader in, int version) {
    return read(in.number(), in, version);
  }

  Object read(int number, ByteReader in, int version) {
    Alternative alternative = number < byNumber.length ? byNumber[number] : null;
    if (alternative == null) {
      throw number == 0
          ? in.malformed("0 is no " + name)
          : new NewerFormat(name + " " + number + " is not known here");
    }
    return alternative.format().read(in, version);
  }
}
