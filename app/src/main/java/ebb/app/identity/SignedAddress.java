package ebb.app.identity;

import ebb.kernel.protocol.Actor;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Addresses that let in whoever has them, to what is below them and for a while: some of Azure's
/// clients fetch logs and send code without a credential, at an address that they were given.
///
/// The query says until when it holds (`se`) and how many parts of the path are fixed (`sdd`), and
/// proves both (`sig`), in the manner of Azure's shared access signatures.
public final class SignedAddress {
  private static final String EXPIRY = "se";
  private static final String LENGTH = "sdd";
  private static final String SIGNATURE = "sig";

  /// What stands in the query of any signed address.
  public static final Set<String> WORDS = Set.of(EXPIRY, LENGTH, SIGNATURE);

  private final AccessToken token;

  public SignedAddress(AccessToken token) {
    this.token = token;
  }

  /// The query for an address whose path begins with these parts.
  public String query(List<String> path, Instant until) {
    String expiry = String.valueOf(until.getEpochSecond());
    String length = String.valueOf(path.size());
    return "%s=%s&%s=%s&%s=%s"
        .formatted(EXPIRY, expiry, LENGTH, length, SIGNATURE, token.proof(text(path, expiry)));
  }

  private static String text(List<String> path, String expiry) {
    // With how many parts: a part with a slash in it reads like two.
    return "address\n%s\n%d\n%s"
        .formatted(expiry, path.size(), String.join("/", path).toLowerCase(Locale.ROOT));
  }

  /// The query's values by their names.
  public interface Query {
    @Nullable String value(String name);
  }

  /// Whom an address stands for; empty if it proves nothing, or not any more.
  public Optional<Actor> actor(List<String> path, Query query, String from, Instant now) {
    String expiry = query.value(EXPIRY);
    String length = query.value(LENGTH);
    String signature = query.value(SIGNATURE);
    if (expiry == null
        || length == null
        || signature == null
        || !expiry.matches("[0-9]{1,12}")
        || !length.matches("[1-9][0-9]?")
        || Long.parseLong(expiry) < now.getEpochSecond()
        || Integer.parseInt(length) > path.size()
        || path.stream().anyMatch(part -> part.indexOf('/') >= 0)) {
      return Optional.empty();
    }
    String proven = text(path.subList(0, Integer.parseInt(length)), expiry);
    return token.provenActor(proven, signature, from);
  }
}
