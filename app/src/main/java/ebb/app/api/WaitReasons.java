package ebb.app.api;

import ebb.kernel.protocol.Rejection;
import java.time.Duration;

/// The words of [Reason] for what waits or goes on: what for, until when, and what would help.
final class WaitReasons {
  private WaitReasons() {}

  static Reason of(Rejection rejection) {
    return switch (rejection) {
      case Rejection.ClusterFull full -> clusterFull(full);
      case Rejection.WouldDelayHead head -> wouldDelayHead(head);
      case Rejection.NodesComing coming ->
          Reason.of(
                  409,
                  "NodesComing",
                  "",
                  "The nodes are on their way: %d of %d are ready%s."
                      .formatted(
                          coming.ready(), coming.asked(), Reason.by(", by ", coming.deadline())))
              .number("ready", coming.ready())
              .number("asked", coming.asked())
              .number("deadline", Reason.time(coming.deadline()));
      case Rejection.BackingOff backingOff ->
          Reason.of(
                  409,
                  "BackingOff",
                  "",
                  "The last of %d tries ended: %s. It is tried again%s."
                      .formatted(
                          backingOff.failures(),
                          Reason.cause(backingOff.cause()),
                          Reason.by(" at ", backingOff.until())))
              .number("failures", backingOff.failures())
              .number("until", Reason.time(backingOff.until()));
      case Rejection.GrowthBackingOff growth ->
          Reason.of(
                  409,
                  "GrowthBackingOff",
                  "",
                  "The backend failed to give a node %d times in a row; it is asked again%s."
                      .formatted(growth.failures(), Reason.by(" at ", growth.until())))
              .number("failures", growth.failures())
              .number("until", Reason.time(growth.until()));
      case Rejection.NotWaiting not ->
          Reason.of(
                  409,
                  "NotWaiting",
                  "",
                  "It waits for nothing: %s%s."
                      .formatted(
                          Reason.lower(not.phase()), Reason.by(", at most until ", not.deadline())))
              .number("phase", Reason.lower(not.phase()))
              .number("deadline", Reason.time(not.deadline()));
      case Rejection.Kept kept -> kept(kept);
      case Rejection.ReleaseOverdue overdue ->
          Reason.of(
                  409,
                  "ReleaseOverdue",
                  "",
                  "Its release is overdue%s: it was asked for%s, and the backend has not confirmed that the node is gone. It is asked again and again, and the node costs until it has."
                      .formatted(
                          Reason.by(" since ", overdue.since()),
                          Reason.by(" at ", overdue.askedAt())))
              .number("askedAt", Reason.time(overdue.askedAt()))
              .number("since", Reason.time(overdue.since()))
              .number("times", overdue.times());
      default -> throw new IllegalArgumentException("no wait: " + rejection); // split by of()
    };
  }

  private static Reason kept(Rejection.Kept kept) {
    String why =
        switch (kept.cause()) {
          case MINIMUM ->
              "the cluster's minimum keeps it for as long as that is so high. A lower minimum lets it go";
          case CLAIMED ->
              "a job has a claim on it or is about to need it%s"
                  .formatted(Reason.by("; that is asked again by ", kept.askedAgainAt()));
          case LOCKED ->
              "a lock on the cluster, or on what it is in, stops scaling. Without the lock it can go";
        };
    return Reason.of(409, "NodeKept", "", "The node is idle and stays: " + why + ".")
        .number("cause", Reason.lower(kept.cause()))
        .number("askedAgainAt", Reason.time(kept.askedAgainAt()));
  }

  private static Reason clusterFull(Rejection.ClusterFull full) {
    return Reason.of(
            409,
            "ClusterFull",
            "",
            "The job needs %s; the cluster may have %d and %d are busy, claimed or leaving%s%s%s. Wait, or raise the cluster's maximum."
                .formatted(
                    full.asked() == 1 ? "a node" : full.asked() + " nodes",
                    full.max(),
                    full.taken(),
                    Reason.held(full.holders(), "node"),
                    outOfSight(full.outOfSight()),
                    full.head().isEmpty()
                        ? Reason.by("; enough should be free by ", full.headStartsBy())
                        : "; before it comes '"
                            + full.head()
                            + "'"
                            + Reason.by(", which starts by ", full.headStartsBy())))
        .limited(full.max(), full.taken() + full.outOfSight(), full.asked())
        .number("outOfSight", full.outOfSight())
        .number("head", full.head())
        .number("headStartsBy", Reason.time(full.headStartsBy()))
        .number("holders", full.holders());
  }

  private static String outOfSight(int nodes) {
    return nodes == 0
        ? ""
        : nodes == 1
            ? ", 1 is out of sight until the backend answers for it or it is let go"
            : ", %d are out of sight until the backend answers for them or they are let go"
                .formatted(nodes);
  }

  private static Reason wouldDelayHead(Rejection.WouldDelayHead head) {
    return Reason.of(
            409,
            "WouldDelayHead",
            head.head(),
            "To start now would delay job '%s', which comes first%s. %s"
                .formatted(
                    head.head(),
                    Reason.by(" and starts by ", head.headStartsBy()),
                    shorter(head.longestLimitMillis())))
        .number("headStartsBy", Reason.time(head.headStartsBy()))
        .number("longestLimit", duration(head.longestLimitMillis()));
  }

  /// A limit of less than a second is nothing that anybody could ask for.
  private static String shorter(long longestLimitMillis) {
    return longestLimitMillis < 1000
        ? "No time limit is short enough to let it go first."
        : "A time limit of at most %s may let it go first.".formatted(duration(longestLimitMillis));
  }

  private static String duration(long millis) {
    return Duration.ofSeconds(millis / 1000).toString();
  }
}
