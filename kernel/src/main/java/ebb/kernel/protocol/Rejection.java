package ebb.kernel.protocol;

import java.util.List;

/// All that can stand in the way, with the numbers that a person needs to get past it.
///
/// A refused command and a waiting job are told the same way: why a job waits is the rejection that
/// the guards return when it is asked now.
public sealed interface Rejection {

  // Who may.

  record NotAuthorized(String principal, Action action, Scope scope) implements Rejection {}

  record Locked(Lock lock, Scope scope) implements Rejection {}

  // What is not there, or is there already.

  record NotFound(String kind, String name) implements Rejection {}

  /// What it would be in is not there.
  record ParentNotFound(String kind, String parentKind, String parent) implements Rejection {}

  record NameTaken(String kind, String name) implements Rejection {}

  /// The shell looked too long ago whether history holds the name; it should look again.
  record NameCheckTooOld(String name) implements Rejection {}

  record BeingDeleted(String kind, String name) implements Rejection {}

  /// There was one of this name, and names are never used twice.
  record Deleted(String kind, String name) implements Rejection {}

  /// It must end before it can be deleted.
  record NotEnded(String job, String phase) implements Rejection {}

  record AlreadyEnded(String job, EndCause cause) implements Rejection {}

  // What is wrong with the request.

  record InvalidName(String kind, String name, String rule) implements Rejection {}

  record InvalidValue(String field, String value, String allowed) implements Rejection {}

  /// Part of a thing that cannot change once it exists.
  record Immutable(String field, String now, String asked) implements Rejection {}

  /// Something was charged in this currency, and what is on the bill stays.
  record CurrencyCharged(String now, String asked) implements Rejection {}

  record UnknownSize(String size) implements Rejection {}

  /// No place for anything.
  ///
  /// @param priced where the price book has prices
  record UnknownLocation(String location, List<String> priced) implements Rejection {}

  record NodesExceedMax(String cluster, int max, int asked) implements Rejection {}

  /// The cluster's fixed nodes alone would exceed a quota.
  record MinNodesExceedQuota(QuotaKey key, int limit, int used, int asked) implements Rejection {}

  // Limits.

  record QuotaExceeded(QuotaKey key, int limit, int used, int asked, List<Holder> holders)
      implements Rejection {}

  /// The machine has no room for so many more nodes now.
  ///
  /// @param needed by each of them
  /// @param cores free, as is what follows
  record HostFull(
      VmSize needed, int nodes, int cores, int memoryMebibytes, int gpus, List<Holder> holders)
      implements Rejection {}

  /// The machine has no room for so many nodes, also when it has no other.
  ///
  /// @param needed by each of them
  /// @param cores of the whole machine, as is what follows
  record HostTooSmall(VmSize needed, int nodes, int cores, int memoryMebibytes, int gpus)
      implements Rejection {}

  /// The machine cannot keep tasks apart as the cluster asks; `missing` says what to install.
  record IsolationUnavailable(Isolation asked, String missing) implements Rejection {}

  /// Only a sandbox or a container can close the network, and the tasks would have neither;
  /// `missing` says what to install for the isolation that was asked for, empty if none was.
  record NetworkStaysOpen(Isolation asked, String missing) implements Rejection {}

  /// There may be no more of what comes and goes by itself, as jobs do: coming again helps.
  record TooMany(String what, int limit) implements Rejection {}

  /// There may be no more of what stays until somebody deletes one.
  record LimitReached(String what, int limit) implements Rejection {}

  /// How much is free is not known here: no more than that it was found to be below the mark.
  record StorageLow(long markBytes) implements Rejection {}

  /// After three stops at one place only reads, stops and releases are done.
  record SafeMode() implements Rejection {}

  record Quarantined(Thing thing, String incident) implements Rejection {}

  // Waiting.

  /// Too few of the nodes that the cluster may have are neither busy, claimed, leaving nor out of
  /// sight.
  ///
  /// @param taken those that are busy, claimed or leaving
  /// @param outOfSight those that had no work when they went out of sight
  /// @param head the job at the head of the queue, if it is another one; else empty
  /// @param headStartsBy when enough for the head should be free by the limits of what runs; 0 if
  ///   nothing says
  /// @param holders the jobs that run on the nodes or have a claim on them
  record ClusterFull(
      int max,
      int taken,
      int outOfSight,
      int asked,
      String head,
      long headStartsBy,
      List<Holder> holders)
      implements Rejection {}

  /// There are free nodes, or there may be, but to take them now would delay the job at the head of
  /// the queue, or one that has a claim.
  ///
  /// @param longestLimitMillis the longest time limit with which it would not; 0 if there is none
  record WouldDelayHead(String head, long headStartsBy, long longestLimitMillis)
      implements Rejection {}

  /// The claim stands; the nodes are on their way.
  record NodesComing(int ready, int asked, long deadline) implements Rejection {}

  /// Waits after a failure before it is tried again.
  record BackingOff(EndCause cause, int failures, long until) implements Rejection {}

  /// The backend failed to give nodes; it is asked again later.
  record GrowthBackingOff(int failures, long until) implements Rejection {}

  /// What a running thing waits for.
  record NotWaiting(String phase, long deadline) implements Rejection {}

  /// An idle node that stays.
  ///
  /// @param askedAgainAt when it is looked at again at the latest, which says nothing of its going
  record Kept(KeepCause cause, long askedAgainAt) implements Rejection {}

  /// The backend has not confirmed in time that a node is gone.
  ///
  /// @param times how many times as long as a release may take have passed
  record ReleaseOverdue(long askedAt, long since, int times) implements Rejection {}

  // The world and the kernel disagree.

  /// A report about something that is past it, or that never was. Changes nothing.
  record NotExpected(String report, String phase) implements Rejection {}

  /// The kernel failed to decide; the incident is in the server's log.
  record Broken(String incident) implements Rejection {}

  /// Who holds some of what is asked for: a cluster or a job, and how much of the unit asked.
  record Holder(String name, long amount) {
    /// More than these are not told: who reads them wants the largest, or those that end first.
    public static final int MOST = 20;
  }
}
