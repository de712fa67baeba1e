package ebb.kernel.protocol;

import java.util.List;

/// What somebody wants a cluster to be.
///
/// @param idleMillis how long a node stays idle before it is let go; 0 lets it go at once
/// @param internodeCommunication whether nodes of one job talk to each other, which bounds the size
public record ClusterSpec(
    String size,
    Priority priority,
    int min,
    int max,
    long idleMillis,
    String location,
    boolean internodeCommunication,
    List<Tag> tags) {
  public ClusterSpec {
    tags = List.copyOf(tags);
  }

  public ClusterSpec scaledTo(int newMin, int newMax, long newIdleMillis) {
    return new ClusterSpec(
        size, priority, newMin, newMax, newIdleMillis, location, internodeCommunication, tags);
  }
}
