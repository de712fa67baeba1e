package ebb.kernel.protocol;

/// What a node was doing during a segment of its life.
public enum SegmentKind {
  BOOT,
  RUN,
  IDLE,
  LEAVE
}
