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
      default -> throw new IllegalArgumentException("no wait: " + rejection); // split by of()
    };
  }

  private static Reason clusterFull(Rejection.ClusterFull full) {
    return Reason.of(
            409,
            "ClusterFull",
            "",
            "The job needs %s; the cluster may have %d and %d are busy, claimed or leaving%s%s. Wait, or raise the cluster's maximum."
                .formatted(
                    full.asked() == 1 ? "a node" : full.asked() + " nodes",
                    full.max(),
                    full.taken(),
                    Reason.held(full.holders(), "nodes"),
                    full.head().isEmpty()
                        ? Reason.by("; enough should be free by ", full.headStartsBy())
                        : "; before it comes '"
                            + full.head()
                            + "'"
                            + Reason.by(", which starts by ", full.headStartsBy())))
        .limited(full.max(), full.taken(), full.asked())
        .number("head", full.head())
        .number("headStartsBy", Reason.time(full.headStartsBy()))
        .number("holders", full.holders());
  }

  private static Reason wouldDelayHead(Rejection.WouldDelayHead head) {
    return Reason.of(
            409,
            "WouldDelayHead",
            head.head(),
            "To start now would delay job '%s' at the head of the queue%s. %s"
                .formatted(
                    head.head(),
                    Reason.by(", which starts by ", head.headStartsBy()),
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
