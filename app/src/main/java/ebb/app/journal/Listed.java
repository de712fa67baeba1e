package ebb.app.journal;

import ebb.kernel.protocol.Description;

/// Which jobs a list has.
public enum Listed {
  SHOWN(" AND hidden = 0"),
  HIDDEN(" AND hidden = 1"),
  ALL("");

  private final String condition;

  Listed(String condition) {
    this.condition = condition;
  }

  String condition() {
    return condition;
  }

  /// Whether it has a job of which this is said.
  public boolean has(Description description) {
    return this == ALL || description.hidden() == (this == HIDDEN);
  }
}
