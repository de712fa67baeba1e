package ebb.app.api;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What requests carry. A field that is absent asks for the default; one that is not listed is
/// refused.
final class Bodies {
  private Bodies() {}

  record WorkspaceBody(@Nullable String location) {}

  record ClusterBody(
      @Nullable String size,
      @Nullable String priority,
      @Nullable Integer min,
      @Nullable Integer max,
      @Nullable JsonNode idle,
      @Nullable String location,
      @Nullable Boolean internodeCommunication,
      @Nullable Map<String, String> tags,
      @Nullable String isolation,
      @Nullable Boolean network) {}

  /// `size`: never changes, and is here for whoever asks for it to be told.
  record ScaleBody(
      @Nullable Integer min,
      @Nullable Integer max,
      @Nullable JsonNode idle,
      @Nullable JsonNode size) {}

  record RetriesBody(
      @Nullable Integer preempted, @Nullable Integer infrastructure, @Nullable Integer failed) {}

  /// `command`: the arguments as a list, or one line for `/bin/sh -c`. `code`: the hash of the
  /// files that it starts in.
  record JobBody(
      @Nullable String cluster,
      @Nullable String account,
      @Nullable Integer priority,
      @Nullable Integer nodes,
      @Nullable JsonNode limit,
      @Nullable RetriesBody retries,
      @Nullable JsonNode command,
      @Nullable Map<String, String> environment,
      @Nullable String image,
      @Nullable String code,
      @Nullable Map<String, JsonNode> inputs,
      @Nullable Map<String, OutputBody> outputs,
      @Nullable DistributionBody distribution) {}

  /// What a job leaves somewhere; without `uri` it is kept with the job's files.
  record OutputBody(@Nullable String type, @Nullable String mode, @Nullable String uri) {}

  /// `workspaces`: each as `subscription/group/workspace`; `mode`: ro or rw.
  record DatastoreBody(
      @Nullable String path, @Nullable String mode, java.util.@Nullable List<String> workspaces) {}

  record SecretBody(@Nullable String value, java.util.@Nullable List<String> workspaces) {}

  /// `type`: pytorch or mpi with `processes` on each node, or tensorflow with `workers` and
  /// `parameterServers` that are as many as there are nodes.
  record DistributionBody(
      @Nullable String type,
      @Nullable Integer processes,
      @Nullable Integer workers,
      @Nullable Integer parameterServers) {}

  record LockBody(@Nullable String level) {}

  record QuotaBody(
      @Nullable String kind,
      @Nullable String subscription,
      @Nullable String location,
      @Nullable String family,
      @Nullable Integer limit) {}

  /// A row of the price book: amounts in the currency for an hour, absent where nobody has named
  /// one.
  record PriceBody(
      @Nullable String size,
      @Nullable String location,
      @Nullable String priority,
      @Nullable BigDecimal list,
      @Nullable BigDecimal internal,
      @Nullable BigDecimal invoice) {}

  record PricesBody(@Nullable String currency, java.util.@Nullable List<PriceBody> prices) {}

  /// What is wrong with a value in a body.
  static final class Unfit extends Exception {
    private static final long serialVersionUID = 1;

    private final String message;

    Unfit(String message) {
      super(message);
      this.message = message;
    }

    @Override
    public String getMessage() {
      return message;
    }
  }

  /// A duration as ISO 8601 text (`PT2M`) or in seconds; `absent` if it is not there.
  static long millis(@Nullable JsonNode value, String field, long absent) throws Unfit {
    if (value == null || value.isNull()) {
      return absent;
    }
    if (value.isIntegralNumber() && value.canConvertToInt() && value.asInt() >= 0) {
      return value.asInt() * 1000L;
    }
    if (value.isString()) {
      try {
        Duration duration = Duration.parse(value.asString());
        if (!duration.isNegative()) {
          return duration.toMillis();
        }
      } catch (DateTimeParseException | ArithmeticException unreadable) {
        throw unfitDuration(value, field);
      }
    }
    throw unfitDuration(value, field);
  }

  private static Unfit unfitDuration(JsonNode value, String field) {
    return new Unfit(
        "'%s' is no value for %s: allowed are ISO 8601 durations such as \"PT2M\", or seconds, 0 or more."
            .formatted(value.isString() ? value.asString() : value, field));
  }

  /// A job's time limit: 0, as long as jobs may run, if none is named.
  ///
  /// @param asked in milliseconds; less than 0 if none is named
  /// @param field what it is called where it stands
  static long limit(long asked, String field) throws Unfit {
    if (asked == 0) {
      throw new Unfit(
          "The %s leaves the job no time: name a second or more (PT1S), or leave it out."
              .formatted(field));
    }
    return Math.max(asked, 0);
  }

  /// Refuses what is named and has no value.
  ///
  /// @param kind what each of them is
  static void valued(Map<String, String> named, String kind) throws Unfit {
    for (String name : named.keySet()) {
      if (named.get(name) == null) {
        throw new Unfit("The %s '%s' has no value.".formatted(kind, name));
      }
    }
  }

  static <T> T required(@Nullable T value, String field) throws Unfit {
    if (value == null) {
      throw new Unfit("The field '" + field + "' is missing.");
    }
    return value;
  }

  static <T> T or(@Nullable T value, T absent) {
    return value == null ? absent : value;
  }
}
