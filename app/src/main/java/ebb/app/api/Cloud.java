package ebb.app.api;

import ebb.app.http.Handler;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.identity.AccessToken;
import ebb.app.identity.IssuedToken;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// What Azure's clients ask before they have a token: where this cloud's services are, and a token.
/// It tells nothing but the address that was asked, and gives a token only to who already has it.
final class Cloud {
  static final String DISCOVERY = "/discovery";

  private static final String NAME = "Ebb";

  /// Clients take a tenant below `adfs` as one of a private authority, about which nobody asks
  /// Microsoft's directory; some replace the last part of the path by the tenant's name, so there
  /// are two.
  private static final String AUTHORITY = "/adfs/t";

  /// One form of the metadata is an object, all others lists of one.
  private static final String AS_OBJECT = "2022-09-01";

  private static final int FORM_BYTES = 16 << 10;

  /// The token is no document that somebody has signed.
  private static final Response NO_KEYS = Json.answer(200, Map.of("keys", List.of()));

  private final AccessToken token;

  Cloud(AccessToken token) {
    this.token = token;
  }

  void addTo(Router<Handler> open) {
    open.on("GET", "/metadata/endpoints", Cloud::metadata).on("GET", DISCOVERY, Cloud::services);
    for (String tenant : List.of("/{tenant}", "/adfs", "/adfs/{tenant}", AUTHORITY + "/{tenant}")) {
      open.on("GET", tenant + "/.well-known/openid-configuration", Cloud::authority)
          .on("GET", tenant + "/v2.0/.well-known/openid-configuration", Cloud::authority)
          .on("GET", tenant + "/discovery/v2.0/keys", _ -> NO_KEYS)
          .on("POST", tenant + "/oauth2/v2.0/token", this::token)
          .on("POST", tenant + "/oauth2/token", this::token);
    }
  }

  private static Response metadata(Request request) {
    String server = request.server();
    ObjectNode cloud = Json.object();
    cloud.put("name", NAME).put("portal", server + "/portal").put("resourceManager", server + "/");
    ObjectNode authentication = cloud.putObject("authentication");
    authentication.put("loginEndpoint", server + AUTHORITY).put("tenant", "common");
    authentication.put("identityProvider", "AAD");
    authentication.putArray("audiences").add(server + "/").add(server);
    for (String service :
        List.of("media", "graphAudience", "graph", "batch", "gallery", "sqlManagement")) {
      cloud.put(service, server);
    }
    cloud.put("vmImageAliasDoc", server);
    String host = server.substring(server.indexOf("//") + 2);
    ObjectNode suffixes = cloud.putObject("suffixes");
    suffixes.put("storage", host).put("keyVaultDns", host);
    suffixes.put("acrLoginServer", host).put("sqlServerHostname", host);
    return Json.answer(
        200, AS_OBJECT.equals(request.query("api-version")) ? cloud : List.of(cloud));
  }

  /// Every service of a workspace is this server.
  private static Response services(Request request) {
    Map<String, String> services = new TreeMap<>();
    for (String service :
        List.of("api", "catalog", "experimentation", "gallery", "history", "hyperdrive")) {
      services.put(service, request.server());
    }
    for (String service : List.of("labeling", "modelmanagement", "pipelines", "studio")) {
      services.put(service, request.server());
    }
    return Json.answer(200, services);
  }

  // The authority.

  private static Response authority(Request request) {
    List<String> path = request.segments();
    int end = path.size() - 2; // a tenant may be called as what follows it
    int tenant = path.get(end - 1).equalsIgnoreCase("v2.0") ? end - 1 : end;
    String base = request.server() + "/" + String.join("/", path.subList(0, tenant));
    ObjectNode shown = Json.object();
    shown.put("issuer", base);
    shown.put("token_endpoint", base + "/oauth2/v2.0/token");
    shown.put("authorization_endpoint", base + "/oauth2/v2.0/authorize");
    shown.put("jwks_uri", base + "/discovery/v2.0/keys");
    shown.putArray("response_types_supported").add("code");
    return Json.answer(200, shown);
  }

  /// A service principal's secret is the server's token: whoever sends it gets one that ends.
  private Response token(Request request) {
    byte[] body = request.body(FORM_BYTES);
    Map<String, String> form = body == null ? Map.of() : form(body);
    if (!"client_credentials".equals(form.get("grant_type"))) {
      return refused("unsupported_grant_type", "Sign in as a service principal, with a secret.");
    }
    String secret = form.getOrDefault("client_secret", "");
    if (!token.is(secret)) {
      return refused(
          "invalid_client",
          "The client secret must be the token from the file 'token' in the server's home.");
    }
    ObjectNode shown = Json.object();
    long seconds = IssuedToken.HOLDS.toSeconds();
    shown.put("token_type", "Bearer").put("expires_in", seconds).put("ext_expires_in", seconds);
    String wanted = form.getOrDefault("scope", form.getOrDefault("resource", ""));
    shown.put(
        "access_token",
        new IssuedToken(token)
            .issue(tenant(request), wanted.replaceFirst("/\\.default.*$", ""), Instant.now()));
    return Json.answer(200, shown).with("Cache-Control", "no-store");
  }

  private static String tenant(Request request) {
    List<String> path = request.segments();
    boolean plain = path.get(path.size() - 2).equalsIgnoreCase("oauth2");
    return path.get(path.size() - (plain ? 3 : 4));
  }

  private static Response refused(String error, String description) {
    return Json.answer(400, Json.object().put("error", error).put("error_description", description))
        .refusing(error);
  }

  private static Map<String, String> form(byte[] body) {
    Map<String, String> form = new TreeMap<>();
    for (String pair : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        form.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
      }
    }
    return form;
  }

  /// What cannot be decoded is no token either.
  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return "";
    }
  }
}
