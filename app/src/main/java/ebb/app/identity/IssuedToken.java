package ebb.app.identity;

import ebb.kernel.protocol.Actor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Tokens that are given to who has the access token, and end after an hour. They are JSON web
/// tokens (HS256), because Azure's first client looks into its token for when it ends. Only this
/// server reads them: with one header, which is compared as a whole, and one key.
public final class IssuedToken {
  public static final Duration HOLDS = Duration.ofHours(1);

  private static final String HEADER = coded("{\"typ\":\"JWT\",\"alg\":\"HS256\"}");
  private static final String SCHEME = "Bearer ";
  private static final Pattern EXPIRY = Pattern.compile("^\\{\"exp\":([0-9]{1,12}),");

  private final AccessToken token;

  public IssuedToken(AccessToken token) {
    this.token = token;
  }

  private static String coded(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /// A token that holds from now on.
  ///
  /// @param tenant as the client names it
  /// @param audience for which service the client wants it; here all are one
  public String issue(String tenant, String audience, Instant now) {
    String claims =
        "{\"exp\":%d,\"iat\":%d,\"nbf\":%d,\"aud\":\"%s\",\"tid\":\"%s\",\"oid\":\"ebb\",\"appid\":\"ebb\"}"
            .formatted(
                now.plus(HOLDS).getEpochSecond(),
                now.getEpochSecond(),
                now.getEpochSecond(),
                plain(audience),
                plain(tenant));
    String content = HEADER + "." + coded(claims);
    return content + "." + coded(proof(content));
  }

  /// What needs no escape in JSON.
  private static String plain(String text) {
    return text.replaceAll("[^A-Za-z0-9:/._-]", "");
  }

  private String proof(String content) {
    return token.proof("token\n" + content);
  }

  /// Who sent this `Authorization` header; empty if it is none of our tokens, or has ended.
  public Optional<Actor> actor(@Nullable String authorization, String from, Instant now) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    String[] parts = authorization.substring(SCHEME.length()).strip().split("\\.", -1);
    if (parts.length != 3 || !parts[0].equals(HEADER)) {
      return Optional.empty();
    }
    try {
      Optional<Actor> proven =
          token.provenActor("token\n" + parts[0] + "." + parts[1], decoded(parts[2]), from);
      Matcher expiry = EXPIRY.matcher(decoded(parts[1]));
      boolean holds = expiry.find() && Long.parseLong(expiry.group(1)) >= now.getEpochSecond();
      return holds ? proven : Optional.empty();
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private static String decoded(String part) {
    return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
  }
}
