package ebb.kernel;

import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Serverless;
import ebb.kernel.protocol.Tag;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// What names and numbers may be, with where each limit comes from.
final class Rules {
  /// Azure's rule: "if - is used, it needs to be followed by at least one letter later in the
  /// name".
  static final String CLUSTER_NAME =
      "3 to 24 letters, digits and hyphens, a letter first, a letter somewhere after each hyphen";

  static final String WORKSPACE_NAME =
      "3 to 33 letters, digits, hyphens and underscores, a letter or digit first";

  /// Azure's rule for names of resource groups.
  static final String GROUP_NAME =
      "1 to 90 letters, digits, hyphens, underscores, parentheses and full stops, no full stop last";

  /// Azure: resource groups of a subscription.
  static final int GROUPS = 980;

  /// Azure's pattern for names of jobs.
  static final String JOB_NAME =
      "1 to 255 letters, digits, hyphens and underscores, a letter or digit first";

  static final int LOCK_NAME_LENGTH = 260;

  private static final long MINUTE_MILLIS = 60_000;
  private static final long HOUR_MILLIS = 60 * MINUTE_MILLIS;

  /// Nodes that talk to each other: Azure's 100. Without: Azure's 65,000.
  static final int NODES_WITH_COMMUNICATION = 100;

  static final int NODES_WITHOUT_COMMUNICATION = 65_000;

  /// Azure: 50 tags, names up to 512 and values up to 256 characters.
  private static final int TAGS = 50;

  private static final int TAG_NAME_LENGTH = 512;
  private static final int TAG_VALUE_LENGTH = 256;

  /// A day: longer idle times are a fixed size, which min = max says better.
  private static final long IDLE_MILLIS_MOST = 24L * 3600 * 1000;

  private static final int PRIORITY_MOST = 1000;
  private static final int RETRIES_MOST = 1000;
  private static final int ACCOUNT_LENGTH = 128;
  private static final int HASH_LENGTH = 128;

  /// The names that Azure's clients keep for themselves.
  private static final List<String> RESERVED = List.of("amlcompute", "local", "containerinstance");

  private static final Pattern CLUSTER =
      Pattern.compile("[A-Za-z](?:[A-Za-z0-9]|-(?=.*[A-Za-z])){2,23}");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]");
  private static final Pattern WORKSPACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{2,32}");
  private static final Pattern JOB = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,254}");

  private Rules() {}

  static boolean isWorkspaceName(String name) {
    return WORKSPACE.matcher(name).matches();
  }

  static boolean isGroupName(String name) {
    return GROUP.matcher(name).matches();
  }

  static boolean isJobName(String name) {
    return JOB.matcher(name).matches();
  }

  static @Nullable Rejection clusterName(String name) {
    if (RESERVED.stream().anyMatch(name::equalsIgnoreCase)) {
      return new Rejection.InvalidName("cluster", name, "not one of " + RESERVED);
    }
    if (name.toLowerCase(Locale.ROOT).startsWith(Serverless.PREFIX)) {
      return new Rejection.InvalidName(
          "cluster",
          name,
          "not '" + Serverless.PREFIX + "...', which Ebb keeps for jobs without one");
    }
    return CLUSTER.matcher(name).matches()
        ? null
        : new Rejection.InvalidName("cluster", name, CLUSTER_NAME);
  }

  static @Nullable Rejection cluster(ClusterSpec spec) {
    int most =
        spec.internodeCommunication() ? NODES_WITH_COMMUNICATION : NODES_WITHOUT_COMMUNICATION;
    if (spec.max() < 1 || spec.max() > most) {
      String more =
          spec.internodeCommunication() && spec.max() > most
              ? ", and up to "
                  + NODES_WITHOUT_COMMUNICATION
                  + " in a cluster that is made with internodeCommunication false"
              : "";
      return invalid("max nodes", spec.max(), "1 to " + most + more);
    }
    if (spec.min() < 0 || spec.min() > spec.max()) {
      return invalid("min nodes", spec.min(), "0 to max nodes (" + spec.max() + ")");
    }
    if (spec.idleMillis() < 0 || spec.idleMillis() > IDLE_MILLIS_MOST) {
      return invalid(
          "idle time", seconds(spec.idleMillis()) + " s", "0 to " + IDLE_MILLIS_MOST / 1000 + " s");
    }
    return tags(spec.tags());
  }

  /// A time for people, exactly: in hours or minutes where it is some whole ones.
  static String time(long millis) {
    if (millis >= 2 * HOUR_MILLIS && millis % HOUR_MILLIS == 0) {
      return millis / HOUR_MILLIS + " h";
    }
    if (millis >= 2 * MINUTE_MILLIS && millis % MINUTE_MILLIS == 0) {
      return millis / MINUTE_MILLIS + " min";
    }
    return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString() + " s";
  }

  /// Why something was stopped at its time limit, whoever stopped it.
  static String limitReached(long limitMillis) {
    return "ran for " + time(limitMillis) + ", its limit";
  }

  /// Away from 0, so that no time that is refused reads as one that is taken.
  private static long seconds(long millis) {
    return millis < 0 ? Math.floorDiv(millis, 1000) : Math.ceilDiv(millis, 1000);
  }

  static @Nullable Rejection tags(List<Tag> tags) {
    if (tags.size() > TAGS) {
      return invalid("tags", tags.size(), "at most " + TAGS);
    }
    for (Tag tag : tags) {
      if (tag.name().isEmpty()
          || tag.name().length() > TAG_NAME_LENGTH
          || tag.value().length() > TAG_VALUE_LENGTH) {
        return invalid("tag", tag.name(), "a name of up to 512, a value of up to 256 characters");
      }
    }
    return null;
  }

  static @Nullable Rejection job(JobSpec spec) {
    if (spec.nodes() < 1) {
      return invalid("nodes", spec.nodes(), "at least 1");
    }
    if (Math.abs((long) spec.priority()) > PRIORITY_MOST) {
      return invalid("priority", spec.priority(), "-1000 to 1000");
    }
    if (spec.limitMillis() < 0) {
      return invalid("time limit", spec.limitMillis(), "0 (as long as allowed) or more");
    }
    if (spec.account().isBlank() || spec.account().length() > ACCOUNT_LENGTH) {
      return invalid("account", spec.account(), "1 to 128 characters");
    }
    if (spec.specHash().length() > HASH_LENGTH) {
      return invalid("specification hash", spec.specHash(), "at most 128 characters");
    }
    return retries(spec.retries());
  }

  private static @Nullable Rejection retries(Retries retries) {
    for (int count : new int[] {retries.preempted(), retries.infrastructure(), retries.failed()}) {
      if (count < -1 || count > RETRIES_MOST) {
        return invalid("retries", count, "0 to 1000, or -1 for the default");
      }
    }
    return null;
  }

  private static Rejection invalid(String field, Object value, String allowed) {
    return new Rejection.InvalidValue(field, String.valueOf(value), allowed);
  }
}
