package ebb.app.identity;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Refuses what a page of another site makes a browser send: a name that was rebound to this
/// machine shows in `Host`, a foreign page in `Origin` or `Sec-Fetch-Site`. Holds for every method
/// and every path, because reading is as bad as writing.
public final class OriginGuard {
  private final Set<String> hosts;
  private final Set<String> origins;

  /// For a server that listens on this port of the loopback address; `scheme` is http or https.
  /// Clients leave out the port that the scheme has by default.
  public OriginGuard(String scheme, int port) {
    boolean isDefault = port == (scheme.equals("https") ? 443 : 80);
    this.hosts =
        Stream.of("127.0.0.1", "localhost", "[::1]")
            .flatMap(name ->
                isDefault ? Stream.of(name, name + ":" + port) : Stream.of(name + ":" + port))
            .collect(Collectors.toUnmodifiableSet());
    this.origins =
        hosts.stream().map(host -> scheme + "://" + host).collect(Collectors.toUnmodifiableSet());
  }

  /// What is foreign about a request with these headers; null if nothing is.
  public @Nullable String refusal(
      @Nullable String host, @Nullable String origin, @Nullable String fetchSite) {
    if (host == null || !hosts.contains(host.toLowerCase(Locale.ROOT))) {
      return "Host must be one of " + sorted(hosts) + ".";
    }
    if (origin != null && !origins.contains(origin.toLowerCase(Locale.ROOT))) {
      return "Requests caused by pages of other origins are refused.";
    }
    if (fetchSite != null && !fetchSite.equals("same-origin") && !fetchSite.equals("none")) {
      return "Requests caused by other sites are refused: send them with a client such as ebb or curl, without the header Sec-Fetch-Site.";
    }
    return null;
  }

  private static String sorted(Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }
}
