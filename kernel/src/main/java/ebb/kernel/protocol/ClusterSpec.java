package ebb.kernel.protocol;

import java.util.List;

/// What somebody wants a cluster to be.
///
/// @param idleMillis how long a node stays idle before it is let go; 0 lets it go at once
/// @param internodeCommunication whether nodes of one job talk to each other, which bounds the size
/// @param isolation how tasks are kept apart
/// @param network whether tasks reach the network beyond their own node
public record ClusterSpec(
    String size,
    Priority priority,
    int min,
    int max,
    long idleMillis,
    String location,
    boolean internodeCommunication,
    List<Tag> tags,
    Isolation isolation,
    boolean network) {
  public ClusterSpec {
    tags = List.copyOf(tags);
  }

  /// What somebody wants who says nothing of isolation.
  public ClusterSpec(
      String size,
      Priority priority,
      int min,
      int max,
      long idleMillis,
      String location,
      boolean internodeCommunication,
      List<Tag> tags) {
    this(
        size,
        priority,
        min,
        max,
        idleMillis,
        location,
        internodeCommunication,
        tags,
        Isolation.SANDBOX,
        true);
  }

  public ClusterSpec isolated(Isolation newIsolation, boolean newNetwork) {
    return new ClusterSpec(
        size,
        priority,
        min,
        max,
        idleMillis,
        location,
        internodeCommunication,
        tags,
        newIsolation,
        newNetwork);
  }

  public ClusterSpec at(String newLocation) {
    return new ClusterSpec(
        size,
        priority,
        min,
        max,
        idleMillis,
        newLocation,
        internodeCommunication,
        tags,
        isolation,
        network);
  }

  public ClusterSpec scaledTo(int newMin, int newMax, long newIdleMillis) {
    return new ClusterSpec(
        size,
        priority,
        newMin,
        newMax,
        newIdleMillis,
        location,
        internodeCommunication,
        tags,
        isolation,
        network);
  }
}
