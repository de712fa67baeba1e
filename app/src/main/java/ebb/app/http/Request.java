package ebb.app.http;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What was asked over HTTP.
public final class Request {
  /// Headers and body, from whatever serves HTTP.
  public interface Source {
    @Nullable String header(String name);

    @Nullable String query(String name);

    /// The words that the query has values of.
    Set<String> words();

    /// The whole body, or null if it is longer than `mostBytes`.
    byte @Nullable [] body(int mostBytes);

    /// The body as it comes.
    InputStream stream();

    /// Whether it came over TLS.
    boolean isSecure();
  }

  private final String method;
  private final List<String> segments;
  private final String from;
  private final Source source;
  private final Map<String, String> parameters;

  /// `segments`: the decoded parts of the path; `from`: the sender's address.
  public Request(String method, List<String> segments, String from, Source source) {
    this(method, segments, from, source, Map.of());
  }

  private Request(
      String method,
      List<String> segments,
      String from,
      Source source,
      Map<String, String> parameters) {
    this.method = method;
    this.segments = segments;
    this.from = from;
    this.source = source;
    this.parameters = parameters;
  }

  Request with(Map<String, String> found) {
    return new Request(method, segments, from, source, found);
  }

  public String method() {
    return method;
  }

  public List<String> segments() {
    return segments;
  }

  public String from() {
    return from;
  }

  /// The server as the sender addresses it, for addresses that the sender is to follow.
  public String server() {
    String host = source.header("Host");
    return (source.isSecure() ? "https://" : "http://") + (host == null ? "localhost" : host);
  }

  /// A part of the path that the route names.
  public String parameter(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the route has no parameter " + name);
    }
    return value;
  }

  public @Nullable String header(String name) {
    return source.header(name);
  }

  public @Nullable String query(String name) {
    return source.query(name);
  }

  Set<String> words() {
    return source.words();
  }

  /// The whole body, or null if it is longer than `mostBytes`.
  public byte @Nullable [] body(int mostBytes) {
    return source.body(mostBytes);
  }

  /// The body as it comes, of any length: whoever reads it has bounds.
  public InputStream stream() {
    return source.stream();
  }
}
