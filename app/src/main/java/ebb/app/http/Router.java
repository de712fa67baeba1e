package ebb.app.http;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds the handler of a path. Paths are compared without case, as Azure's clients expect; a part
/// in braces takes any value and keeps its spelling; `{name...}` at a path's end takes all that is
/// left of it. Behind a `?` stand the words that a query may have there, with `&` between them.
///
/// @param <H> what answers
public final class Router<H> {
  private final Place<H> root = new Place<>();
  private final TreeSet<String> routes = new TreeSet<>();
  private final String strict;
  private final Set<String> everywhere;

  /// Of paths that take any words in their query.
  public Router() {
    this("", Set.of());
  }

  /// Paths that begin with the part `strict` take no word but these and those that their routes
  /// list.
  public Router(String strict, Set<String> everywhere) {
    this.strict = strict;
    this.everywhere = everywhere;
  }

  private static final class Place<H> {
    final Map<String, Place<H>> literal = new HashMap<>();
    @Nullable Place<H> any;
    String anyName = "";
    @Nullable Place<H> rest;
    String restName = "";
    final TreeMap<String, Route<H>> handlers = new TreeMap<>();
  }

  private record Route<H>(H handler, List<String> words) {}

  /// What is at a path.
  public sealed interface Found<H> {}

  public record Match<H>(H handler, Request request) implements Found<H> {}

  /// The path exists, but not for this method.
  public record WrongMethod<H>(List<String> allowed) implements Found<H> {}

  /// The query has a word that means nothing here.
  public record UnknownWord<H>(String word, List<String> known) implements Found<H> {}

  public record Nothing<H>() implements Found<H> {}

  public Router<H> on(String method, String path, H handler) {
    Place<H> place = root;
    String[] route = path.split("[?]", 2);
    List<String> words = route.length == 1 ? List.of() : List.of(route[1].split("&", -1));
    for (String part : route[0].substring(1).split("/", -1)) {
      if (part.endsWith("...}")) {
        place.rest = place.rest == null ? new Place<>() : place.rest;
        place.restName = part.substring(1, part.length() - 4);
        place = place.rest;
      } else if (part.startsWith("{")) {
        if (place.any == null) {
          place.any = new Place<>();
          place.anyName = part.substring(1, part.length() - 1);
        }
        place = place.any;
      } else {
        place = place.literal.computeIfAbsent(part.toLowerCase(Locale.ROOT), _ -> new Place<>());
      }
    }
    if (place.handlers.put(method, new Route<>(handler, words)) != null) {
      throw new IllegalArgumentException("two handlers for " + method + " " + path);
    }
    routes.add(method + " " + path);
    return this;
  }

  /// All that there is: methods and paths as they were given.
  public SortedSet<String> routes() {
    return Collections.unmodifiableSortedSet(routes);
  }

  public Found<H> find(Request request) {
    Place<H> place = root;
    Map<String, String> parameters = new HashMap<>();
    List<String> segments = request.segments();
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      Place<H> next = place.literal.get(segment.toLowerCase(Locale.ROOT));
      if (next == null && place.rest != null) {
        parameters.put(place.restName, String.join("/", segments.subList(i, segments.size())));
        place = place.rest;
        break;
      }
      if (next == null) {
        if (place.any == null) {
          return new Nothing<>();
        }
        parameters.put(place.anyName, segment);
        next = place.any;
      }
      place = next;
    }
    if (place.handlers.isEmpty()) {
      return new Nothing<>();
    }
    Route<H> route = place.handlers.get(request.method());
    if (route == null) {
      return new WrongMethod<>(List.copyOf(place.handlers.keySet()));
    }
    if (!segments.isEmpty() && segments.getFirst().equalsIgnoreCase(strict)) {
      for (String word : request.words()) {
        if (!route.words().contains(word) && !everywhere.contains(word)) {
          return new UnknownWord<>(word, route.words());
        }
      }
    }
    return new Match<>(route.handler(), request.with(parameters));
  }
}
