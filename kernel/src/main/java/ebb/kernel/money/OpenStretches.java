package ebb.kernel.money;

import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.SegmentKind;
import java.util.ArrayList;
import java.util.List;

/// The stretches of somebody's nodes that have not ended, and are in no sum yet. Nodes that do the
/// same at the same rates are one row, so that a thousand cost no more to add up than one.
public record OpenStretches(List<Row> rows) {
  public static final OpenStretches NONE = new OpenStretches(List.of());

  public OpenStretches {
    rows = List.copyOf(rows);
  }

  /// Nodes that do the same at the same rates.
  ///
  /// @param fromSum the starts of all of them, added up
  public record Row(SegmentKind kind, Rates rates, int nodes, long fromSum) {
    private boolean isOf(Stretch stretch) {
      return kind == stretch.kind() && rates.equals(stretch.rates());
    }
  }

  public OpenStretches plus(Stretch stretch) {
    return with(stretch, 1);
  }

  /// Without one that was added before.
  public OpenStretches minus(Stretch stretch) {
    return with(stretch, -1);
  }

  private OpenStretches with(Stretch stretch, int nodes) {
    List<Row> next = new ArrayList<>();
    Row changed = new Row(stretch.kind(), stretch.rates(), nodes, nodes * stretch.from());
    for (Row row : rows) {
      if (row.isOf(stretch)) {
        changed =
            new Row(
                row.kind(),
                row.rates(),
                row.nodes() + changed.nodes(),
                row.fromSum() + changed.fromSum());
      } else {
        next.add(row);
      }
    }
    if (changed.nodes() != 0) {
      next.add(changed);
    }
    return new OpenStretches(next);
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /// What segments add up to, with what these have come to at a time: exactly what would be in the
  /// sum if all of them ended then.
  public Charges addedTo(Charges closed, long now) {
    Charges sum = closed;
    for (Row row : rows) {
      sum = sum.plus(row.kind(), Math.max(0, row.nodes() * now - row.fromSum()), row.rates());
    }
    return sum;
  }
}
