package ebb.app.api;

import ebb.kernel.Kernel;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Thing;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A rejection in words: what stands in the way, the numbers, and what to do. The same words answer
/// a refused request and the question why something waits.
///
/// @param status the HTTP status of a request that is refused for it
/// @param code the short name of the reason, Azure's where Azure has one
/// @param numbers what the message says, for programs
/// @param retryAfterSeconds when asking again may help; 0 if it does not by itself
public record Reason(
    int status,
    String code,
    String message,
    String target,
    Map<String, Object> numbers,
    int retryAfterSeconds) {

  /// A queue of jobs moves within minutes.
  private static final int RETRY_WHEN_FULL_SECONDS = 30;

  static Reason of(int status, String code, String target, String message) {
    return new Reason(status, code, message, target, Map.of(), 0);
  }

  Reason number(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(numbers);
    more.put(name, value);
    return new Reason(status, code, message, target, more, retryAfterSeconds);
  }

  /// Names what is different.
  Reason differing(List<String> what) {
    if (what.isEmpty()) {
      return this;
    }
    return also("Different is: " + String.join(", ", what) + ".").number("different", what);
  }

  /// With one more sentence.
  Reason also(String sentence) {
    String more = message + " " + sentence;
    return new Reason(status, code, more, target, numbers, retryAfterSeconds);
  }

  /// Names the job's place in the queue that it waits in; 0: in none. One so far back that it was
  /// not counted is no number.
  Reason placed(int place) {
    if (place == 0) {
      return this;
    }
    boolean counted = place <= Kernel.PLACES_COUNTED;
    String where =
        counted
            ? " The job is number " + place + " in the queue."
            : " At least " + Kernel.PLACES_COUNTED + " jobs are before it in the queue.";
    Reason placed = new Reason(status, code, message + where, target, numbers, retryAfterSeconds);
    return counted ? placed.number("place", place) : placed;
  }

  private Reason retryAfter(int seconds) {
    return new Reason(status, code, message, target, numbers, seconds);
  }

  public static Reason of(Rejection rejection) {
    return switch (rejection) {
      case Rejection.NotAuthorized _,
          Rejection.Locked _,
          Rejection.NotFound _,
          Rejection.ParentNotFound _,
          Rejection.NameCheckTooOld _ ->
          request(rejection);
      case Rejection.NameTaken _,
          Rejection.BeingDeleted _,
          Rejection.Deleted _,
          Rejection.NotEnded _,
          Rejection.AlreadyEnded _ ->
          conflict(rejection);
      case Rejection.InvalidName _,
          Rejection.InvalidValue _,
          Rejection.Immutable _,
          Rejection.CurrencyCharged _,
          Rejection.UnknownSize _,
          Rejection.UnknownLocation _,
          Rejection.NodesExceedMax _ ->
          unfit(rejection);
      case Rejection.Quarantined _, Rejection.NotExpected _, Rejection.Broken _ ->
          broken(rejection);
      case Rejection.TooMany _, Rejection.StorageLow _, Rejection.SafeMode _ -> full(rejection);
      case Rejection.MinNodesExceedQuota _, Rejection.QuotaExceeded _, Rejection.LimitReached _ ->
          limit(rejection);
      case Rejection.HostFull _,
          Rejection.HostTooSmall _,
          Rejection.IsolationUnavailable _,
          Rejection.NetworkStaysOpen _ ->
          HostReasons.of(rejection);
      case Rejection.ClusterFull _,
          Rejection.WouldDelayHead _,
          Rejection.NodesComing _,
          Rejection.BackingOff _,
          Rejection.GrowthBackingOff _,
          Rejection.Kept _,
          Rejection.ReleaseOverdue _,
          Rejection.NotWaiting _ ->
          WaitReasons.of(rejection);
    };
  }

  /// What is asked for cannot be had by this actor, or not any more.
  private static Reason request(Rejection rejection) {
    return switch (rejection) {
      case Rejection.NotAuthorized no ->
          of(
                  403,
                  "AuthorizationFailed",
                  no.scope().path(),
                  "%s may not %s at %s: only who has a role there may, which is the server's owner until roles can be given to others. Ask them to do it."
                      .formatted(no.principal(), lower(no.action()), no.scope()))
              .number("principal", no.principal())
              .number("action", lower(no.action()));
      case Rejection.Locked locked ->
          of(
                  409,
                  "ScopeLocked",
                  locked.scope().path(),
                  "The lock '%s' (%s) at %s stands in the way: %s removes it; or wait until its owner does."
                      .formatted(
                          locked.lock().name(),
                          lower(locked.lock().level()),
                          locked.lock().scope(),
                          unlocking(locked.lock())))
              .number("lock", locked.lock().name())
              .number("lockScope", locked.lock().scope().path());
      case Rejection.NotFound no ->
          of(
              404,
              "ResourceNotFound",
              no.name(),
              "There is no %s '%s'%s"
                  .formatted(lower(no.kind()), no.name(), Reads.lister(lower(no.kind()))));
      case Rejection.ParentNotFound no ->
          of(
              404,
              "ParentResourceNotFound",
              no.parent(),
              "There is no %s '%s' that a %s could be in: make it first, or correct its name."
                  .formatted(no.parentKind(), no.parent(), no.kind()));
      case Rejection.NameCheckTooOld old ->
          of(
                  503,
                  "ServerBusy",
                  old.name(),
                  "The server is too busy to take the job: send it again.")
              .retryAfter(1);
      default -> throw new IllegalArgumentException("no refusal: " + rejection); // split by of()
    };
  }

  /// The line that takes a lock away, wherever it is typed; of one above workspaces the request,
  /// for the command line names none of these.
  private static String unlocking(Lock lock) {
    Scope at = lock.scope();
    if (at.workspace().isEmpty()) {
      String query = at.group().isEmpty() ? "" : "&group=" + at.group();
      return "DELETE /ebb/v1/locks/" + lock.name() + "?subscription=" + at.subscription() + query;
    }
    String cluster = at.cluster().isEmpty() ? "" : " --cluster " + at.cluster();
    return "'ebb lock delete -n %s%s -w %s -g %s --subscription %s'"
        .formatted(lock.name(), cluster, at.workspace(), at.group(), at.subscription());
  }

  /// What stands, or stood, in the place of what is asked for.
  private static Reason conflict(Rejection rejection) {
    return switch (rejection) {
      case Rejection.NameTaken taken ->
          of(
              409,
              "NameAlreadyUsed",
              taken.name(),
              "There is a %s '%s' already, with another specification: choose another name. A name is never used twice."
                  .formatted(taken.kind(), taken.name()));
      case Rejection.Deleted deleted ->
          of(
              409,
              "NameAlreadyUsed",
              deleted.name(),
              "There was a %s '%s', which was deleted: choose another name. A name is never used twice."
                  .formatted(deleted.kind(), deleted.name()));
      case Rejection.NotEnded job ->
          of(
                  409,
                  "JobNotEnded",
                  job.job(),
                  "The job '%s' has not ended (%s): cancel it, and delete it when it has."
                      .formatted(job.job(), lower(job.phase())))
              .number("phase", lower(job.phase()));
      case Rejection.BeingDeleted deleting ->
          of(
              409,
              "ResourceBeingDeleted",
              deleting.name(),
              "The %s '%s' is being deleted: wait until it is gone, then create it anew."
                  .formatted(deleting.kind(), deleting.name()));
      case Rejection.AlreadyEnded ended ->
          of(
                  409,
                  "JobAlreadyEnded",
                  ended.job(),
                  "The job '%s' has ended: %s.".formatted(ended.job(), cause(ended.cause())))
              .number("cause", lower(ended.cause()));
      default -> throw new IllegalArgumentException("no refusal: " + rejection); // split by of()
    };
  }

  /// What is asked for is nothing that anybody could have.
  private static Reason unfit(Rejection rejection) {
    return switch (rejection) {
      case Rejection.InvalidName name ->
          of(
              400,
              "InvalidResourceName",
              name.name(),
              "'%s' is no name for a %s: it must be %s."
                  .formatted(name.name(), name.kind(), name.rule()));
      case Rejection.InvalidValue value ->
          of(
              400,
              "InvalidParameter",
              value.field(),
              "'%s' is no value for %s: allowed is %s."
                  .formatted(value.value(), value.field(), value.allowed()));
      case Rejection.Immutable fixed ->
          of(
                  409,
                  "PropertyChangeNotAllowed",
                  fixed.field(),
                  "The %s cannot change once it exists: it is '%s', asked was '%s'. Delete it and create it anew."
                      .formatted(fixed.field(), fixed.now(), fixed.asked()))
              .number("now", fixed.now())
              .number("asked", fixed.asked());
      case Rejection.CurrencyCharged currency -> currencyCharged(currency);
      case Rejection.UnknownSize size ->
          of(
              400,
              "InvalidVmSize",
              size.size(),
              "There is no VM size '%s': 'ebb ml compute list-sizes' lists those there are."
                  .formatted(size.size()));
      case Rejection.UnknownLocation unknown ->
          of(
              400,
              "LocationNotAvailableForResourceType",
              unknown.location(),
              "There is no location '%1$s': there are those with prices (%2$s) and Azure's other regions by their names. A price makes another: 'ebb price set --size SIZE --location %1$s --list PRICE'."
                  .formatted(unknown.location(), String.join(", ", unknown.priced())));
      case Rejection.NodesExceedMax nodes ->
          of(
                  400,
                  "NodesExceedClusterMaximum",
                  nodes.cluster(),
                  "The job asks for %d nodes and cluster '%s' may have %d: ask for fewer, or raise the maximum."
                      .formatted(nodes.asked(), nodes.cluster(), nodes.max()))
              .number("limit", nodes.max())
              .number("asked", nodes.asked());
      default -> throw new IllegalArgumentException("no value: " + rejection); // split by of()
    };
  }

  private static Reason currencyCharged(Rejection.CurrencyCharged currency) {
    return of(
            409,
            "PropertyChangeNotAllowed",
            "currency",
            "The currency stays '%1$s': amounts have been charged in it. Give prices in '%1$s', or use a server with another home for prices in '%2$s'."
                .formatted(currency.now(), currency.asked()))
        .number("now", currency.now())
        .number("asked", currency.asked());
  }

  /// A bug of ours.
  private static Reason broken(Rejection rejection) {
    return switch (rejection) {
      case Rejection.Quarantined quarantined ->
          of(
                  409,
                  "Quarantined",
                  quarantined.thing().toString(),
                  "Ebb met a bug while deciding about %1$s, incident %2$s in the server's log: %3$s, until an owner ends that ('ebb incident end %2$s'). Report the incident."
                      .formatted(
                          quarantined.thing(),
                          quarantined.incident(),
                          quarantine(quarantined.thing().kind())))
              .number("incident", quarantined.incident());
      case Rejection.NotExpected unexpected ->
          of(
              409,
              "NotExpected",
              unexpected.report(),
              "%s does not fit phase %s.".formatted(unexpected.report(), unexpected.phase()));
      case Rejection.Broken broken ->
          of(
                  500,
                  "InternalServerError",
                  "",
                  "The server failed to decide and changed nothing; its log has the details under incident %s."
                      .formatted(broken.incident()))
              .number("incident", broken.incident());
      default -> throw new IllegalArgumentException("no bug: " + rejection); // split by of()
    };
  }

  private static String quarantine(Thing.Kind kind) {
    return switch (kind) {
      case CLUSTER -> "nothing is placed in it, and no deadline of it passes";
      case WORKSPACE -> "its deletion does not go on";
      case NODE -> "no deadline of it passes, so that it stays and costs, and jobs may use it";
      case JOB, ATTEMPT -> "no deadline of it passes, a time limit neither";
    };
  }

  /// What the server as a whole has room for.
  private static Reason full(Rejection rejection) {
    return switch (rejection) {
      case Rejection.TooMany many ->
          of(
                  429,
                  "TooManyRequests",
                  many.what(),
                  "There may be no more than %d %s: wait until there are fewer."
                      .formatted(many.limit(), many.what()))
              .number("limit", many.limit())
              .retryAfter(RETRY_WHEN_FULL_SECONDS);
      case Rejection.StorageLow low ->
          of(
                  507,
                  "InsufficientStorage",
                  "",
                  "The server's disk is too full: nothing is started below %d MiB of free space, and once it was full not before its reserve fits beside them. Free some space at its home ('ebb gc' removes what ended jobs have left between). What runs goes on and is recorded."
                      .formatted(low.markBytes() >> 20))
              .number("markBytes", low.markBytes())
              .retryAfter(RETRY_WHEN_FULL_SECONDS);
      case Rejection.SafeMode _ ->
          of(
              503,
              "SafeMode",
              "",
              "The server stopped again and again at one place and is in safe mode: it reads, stops"
                  + " and releases only (jobs can be canceled, clusters and locks deleted, minimum,"
                  + " maximum and idle time lowered). Its log says what to report; stopping it in the ordinary way"
                  + " and starting it again ends safe mode.");
      default -> throw new IllegalArgumentException("no bound: " + rejection); // split by of()
    };
  }

  private static Reason limit(Rejection rejection) {
    return switch (rejection) {
      case Rejection.MinNodesExceedQuota min ->
          of(
                  409,
                  "ClusterMinNodesExceedCoreQuota",
                  min.key().toString(),
                  "The cluster's minimum alone needs %d vCPUs of %s in %s: the limit is %d, %d are used. Lower the minimum, or raise the limit."
                      .formatted(
                          min.asked(), min.key(), min.key().location(), min.limit(), min.used()))
              .limited(min.limit(), min.used(), min.asked());
      case Rejection.QuotaExceeded quota ->
          of(
                  409,
                  "QuotaExceeded",
                  quota.key().toString(),
                  "%d more vCPUs of %s in %s exceed the limit of %d: %d are used%s. Wait, use another VM family or location, or raise the limit."
                      .formatted(
                          quota.asked(),
                          quota.key(),
                          quota.key().location(),
                          quota.limit(),
                          quota.used(),
                          held(quota.holders(), "vCPU")))
              .limited(quota.limit(), quota.used(), quota.asked())
              .number("holders", quota.holders());
      case Rejection.LimitReached reached ->
          of(
                  409,
                  "ResourceQuotaExceeded",
                  reached.what(),
                  "There may be no more than %d %s: delete one that is not needed, and ask again."
                      .formatted(reached.limit(), reached.what()))
              .number("limit", reached.limit());
      default -> throw new IllegalArgumentException("no limit: " + rejection); // split by of()
    };
  }

  Reason limited(int limit, int used, int asked) {
    return number("limit", limit).number("used", used).number("asked", asked);
  }

  /// Whether the code is that of a command which has ended by itself: what was stopped, or never
  /// started, has none.
  static boolean isExit(EndCause cause, int code) {
    return cause == EndCause.SUCCEEDED || (cause == EndCause.FAILED && code != 0);
  }

  /// Why a job has ended, as fully as is known.
  static Reason ended(String job, EndCause cause, int code, String detail) {
    boolean ran = isExit(cause, code);
    String how = ran && cause == EndCause.FAILED ? "its command failed" : cause(cause);
    String more = detail.isEmpty() || cause == EndCause.SUCCEEDED ? "" : " (" + detail + ")";
    Reason reason =
        of(409, "JobAlreadyEnded", job, "The job '%s' has ended: %s%s.".formatted(job, how, more))
            .number("cause", lower(cause));
    reason = ran ? reason.number("exitCode", code) : reason;
    return detail.isEmpty() ? reason : reason.number("detail", detail);
  }

  /// How something ended, in words.
  static String cause(EndCause cause) {
    return switch (cause) {
      case SUCCEEDED -> "it succeeded";
      case FAILED -> "it failed"; // its command, or what it needs to start
      case CANCELED -> "it was canceled";
      case TIME_LIMIT -> "its time limit passed";
      case PREEMPTED -> "its nodes were taken back";
      case INFRASTRUCTURE -> "a machine, an agent or a backend failed";
      case QUEUE_LIMIT -> "it waited in the queue for longer than jobs may";
      case CLUSTER_DELETED -> "its cluster was deleted";
    };
  }

  /// @param unit one of what they have
  static String held(List<Rejection.Holder> holders, String unit) {
    if (holders.isEmpty()) {
      return "";
    }
    List<String> parts =
        holders.stream()
            .limit(5)
            .map(
                h -> "%s %d %s%s".formatted(h.name(), h.amount(), unit, h.amount() == 1 ? "" : "s"))
            .toList();
    return " (" + String.join(", ", parts) + (holders.size() > 5 ? ", ..." : "") + ")";
  }

  static String by(String words, long at) {
    return at == 0 ? "" : words + Instant.ofEpochMilli(at).truncatedTo(ChronoUnit.SECONDS);
  }

  static String time(long at) {
    return at == 0 ? "" : Instant.ofEpochMilli(at).toString();
  }

  static String lower(Object value) {
    return value.toString().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
