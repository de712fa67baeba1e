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
    return has(description.hidden());
  }

  /// Whether it has what is hidden, or is not.
  public boolean has(boolean isHidden) {
    return this == ALL || isHidden == (this == HIDDEN);
  }
}
