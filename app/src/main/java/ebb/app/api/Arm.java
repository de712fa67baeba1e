package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.HistoryUnavailable;
import ebb.app.journal.Listed;
import ebb.app.wire.Operation;
import ebb.app.wire.Page;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Tag;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What is common to all paths of Azure's resource manager: where they are, that each asks for a
/// version, and how pages and long-running operations are told.
///
/// Any version is taken and answered in one shape that has what all of them read.
final class Arm {
  static final String SUBSCRIPTION = "/subscriptions/{subscription}";
  static final String GROUP = SUBSCRIPTION + "/resourceGroups/{group}";
  static final String WORKSPACES =
      GROUP + "/providers/Microsoft.MachineLearningServices/workspaces";
  static final String WORKSPACE = WORKSPACES + "/{workspace}";
  static final String LOCATION =
      SUBSCRIPTION + "/providers/Microsoft.MachineLearningServices/locations/{location}";

  /// How often clients ask for the state of an operation.
  private static final String RETRY_SECONDS = "1";

  private static final int PAGE_MOST = 100;

  /// How many rows at most are asked for, and how many at once.
  private static final String TOP = "$top";

  private static final String COUNT = "count";

  /// What lists are chosen by: the next page by the same.
  private static final List<String> FILTERS =
      List.of("jobType", "listViewType", "tag", "properties", COUNT);

  /// Azure's first client looks for what is in a workspace at the workspace's own service.
  private static final String FIRST_CLIENT = "/rp/workspaces";

  private final Router<Endpoint> router;

  Arm(Router<Endpoint> router) {
    this.router = router;
  }

  Arm on(String method, String path, Endpoint endpoint) {
    Endpoint answering =
        (request, actor) -> {
          try {
            return tagged(request, versioned(request, actor, endpoint));
          } catch (Bodies.Unfit unfit) {
            return tagged(request, Reads.badRequest(unfit.getMessage()));
          }
        };
    router.on(method, path, answering);
    if (path.startsWith(WORKSPACE)) {
      router.on(method, FIRST_CLIENT + path, answering);
    }
    return this;
  }

  private static Response versioned(Request request, Actor actor, Endpoint endpoint)
      throws Bodies.Unfit {
    String version = request.query("api-version");
    return version == null || version.isBlank()
        ? Json.refusal(
            400,
            "MissingApiVersionParameter",
            "The query parameter 'api-version' is required: any version is taken, such as api-version=2024-04-01.")
        : endpoint.answer(request, actor);
  }

  /// The names by which client and server find a request in each other's logs.
  private static Response tagged(Request request, Response response) {
    String sent = request.header("x-ms-client-request-id");
    Response tagged = response.with("x-ms-request-id", UUID.randomUUID().toString());
    return sent == null || !sent.matches("[!-~]{1,64}")
        ? tagged
        : tagged.with("x-ms-client-request-id", sent);
  }

  // Addresses.

  private static String version(Request request) {
    String version = request.query("api-version");
    return encoded(version == null ? "" : version);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /// The rows with the address of the next page, which begins after the key `after`; null: that was
  /// all.
  static Page page(Request request, List<?> rows, @Nullable String after) throws Bodies.Unfit {
    long left = top(request) - rows.size();
    if (after == null || left <= 0) {
      return new Page(rows, null);
    }
    StringBuilder next = new StringBuilder(request.server());
    request.segments().forEach(each -> next.append('/').append(each));
    next.append("?api-version=").append(version(request));
    for (String filter : FILTERS) {
      String value = request.query(filter);
      if (value != null) {
        next.append('&').append(filter).append('=').append(encoded(value));
      }
    }
    if (request.query(TOP) != null) {
      next.append('&').append(TOP).append('=').append(left);
    }
    return new Page(rows, next.append("&$skip=").append(encoded(after)).toString());
  }

  /// A page of what was put together by its keys, in their order.
  static <T> Response paged(Request request, NavigableMap<String, T> all, Function<T, Object> shown)
      throws Bodies.Unfit {
    int size = pageSize(request);
    List<Object> rows = new ArrayList<>();
    String last = "";
    for (Map.Entry<String, T> each : all.tailMap(skip(request), false).entrySet()) {
      if (rows.size() == size) {
        return Json.answer(200, page(request, rows, last));
      }
      rows.add(shown.apply(each.getValue()));
      last = each.getKey();
    }
    return Json.answer(200, page(request, rows, null));
  }

  static Map<String, String> tags(List<Tag> tags) {
    TreeMap<String, String> shown = new TreeMap<>();
    tags.forEach(tag -> shown.put(tag.name(), tag.value()));
    return shown;
  }

  /// Which things are asked for: with or without, or only, what is archived.
  static Listed listed(Request request) throws Bodies.Unfit {
    String view = Bodies.or(request.query("listViewType"), "ActiveOnly");
    return switch (view.toLowerCase(Locale.ROOT)) {
      case "activeonly" -> Listed.SHOWN;
      case "archivedonly" -> Listed.HIDDEN;
      case "all" -> Listed.ALL;
      default ->
          throw new Bodies.Unfit(
              "'%s' is no listViewType: there are ActiveOnly, ArchivedOnly and All."
                  .formatted(view));
    };
  }

  static String skip(Request request) {
    String skip = request.query("$skip");
    return skip == null ? "" : skip;
  }

  /// How many rows at most are asked for of a list that comes in one page.
  static long rows(Request request) throws Bodies.Unfit {
    pageSize(request); // a number that is none is refused, though there are no pages
    return top(request);
  }

  private static long top(Request request) throws Bodies.Unfit {
    return Query.number(request, TOP, Long.MAX_VALUE, 1, Long.MAX_VALUE);
  }

  /// How many rows a page has: those that are left of what was asked for, if that is less.
  static int pageSize(Request request) throws Bodies.Unfit {
    long count = Query.number(request, COUNT, PAGE_MOST, 1, Long.MAX_VALUE);
    return (int) Math.min(PAGE_MOST, Math.min(count, top(request)));
  }

  // Long-running operations.

  /// Adds where the state of an operation is told. Its id is made of what it is about, so that it
  /// means the same after a restart and nobody keeps a table of operations.
  static Response operation(Request request, Response response, String path, String operation) {
    String address =
        request.server() + path + "/operations/" + operation + "?api-version=" + version(request);
    return response
        .with("Azure-AsyncOperation", address)
        .with("Location", address + "&result=true")
        .with("Retry-After", RETRY_SECONDS);
  }

  /// The state of an operation, or, at the address of its result, whether there is one.
  static Response progress(Request request, String operation, boolean done) {
    if (request.query("result") != null) {
      return done ? Response.empty(200) : Response.empty(202).with("Retry-After", RETRY_SECONDS);
    }
    String id = "/" + String.join("/", request.segments());
    return Json.answer(200, new Operation(id, operation, done ? "Succeeded" : "InProgress", null));
  }

  /// Asks history.
  interface Past {
    boolean isThere() throws HistoryUnavailable;
  }

  /// The state of an operation on what only history may know: it has ended, or there was none.
  static Response ended(Request request, Past past) {
    String operation = request.parameter("operation");
    try {
      return past.isThere()
          ? progress(request, operation, true)
          : Reads.notFound("operation", operation);
    } catch (HistoryUnavailable unavailable) {
      return JobEndpoints.historyUnavailable(unavailable);
    }
  }
}
