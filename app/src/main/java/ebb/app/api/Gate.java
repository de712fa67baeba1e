package ebb.app.api;

import ebb.app.http.Handler;
import ebb.app.http.HttpDoor;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.http.Unread;
import ebb.app.http.Unserved;
import ebb.app.identity.AccessToken;
import ebb.app.identity.IssuedToken;
import ebb.app.identity.OriginGuard;
import ebb.app.identity.SignedAddress;
import ebb.kernel.protocol.Actor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/// Lets requests in. In this order: what another site caused is refused, whatever it asks; what
/// anybody may know is answered (health, and what clients ask before they have a token); who has
/// neither a token nor a signed address is refused without learning what paths there are; then the
/// path is looked up.
public final class Gate implements Handler {
  private final OriginGuard guard;
  private final AccessToken token;
  private final IssuedToken issued;
  private final SignedAddress signed;
  final Router<Endpoint> router;
  final Router<Handler> open;
  private final Tally tally;

  /// How many answers there were of each kind, also where no gate could be asked.
  public static final class Tally implements Unserved {
    /// More than there are: codes stand in the source, and a label of a metric must never be
    /// somebody's input.
    private static final int CODES_MOST = 256;

    private final LongAdder[] byClass = new LongAdder[6];
    private final ConcurrentSkipListMap<String, LongAdder> byCode = new ConcurrentSkipListMap<>();

    public Tally() {
      for (int i = 0; i < byClass.length; i++) {
        byClass[i] = new LongAdder();
      }
    }

    private Response count(Response response) {
      byClass[response.status() / 100].increment();
      if (!response.code().isEmpty()) {
        LongAdder known = byCode.get(response.code());
        String code = known != null || byCode.size() < CODES_MOST ? response.code() : "other";
        byCode.computeIfAbsent(code, _ -> new LongAdder()).increment();
      }
      return response;
    }

    @Override
    public Response answer(int status, String why) {
      return count(
          status == Unserved.NOT_READY
              ? Wishes.notServing()
              : Json.refusal(
                  status,
                  "BadRequest",
                  "The request cannot be read: " + why.replaceFirst("[.]$", "") + "."));
    }

    /// Refusals by their error code.
    SortedMap<String, Long> refused() {
      SortedMap<String, Long> refused = new TreeMap<>();
      byCode.forEach((code, count) -> refused.put(code, count.sum()));
      return refused;
    }

    /// Answers with a status of so many hundreds.
    long ofHundreds(int hundreds) {
      return byClass[hundreds].sum();
    }
  }

  Gate(
      OriginGuard guard,
      AccessToken token,
      Router<Endpoint> router,
      Router<Handler> open,
      Tally tally) {
    this.guard = guard;
    this.token = token;
    this.issued = new IssuedToken(token);
    this.signed = new SignedAddress(token);
    this.router = router;
    this.open = open;
    this.tally = tally;
  }

  @Override
  public Response handle(Request request) {
    try {
      return tally.count(answer(request));
    } catch (Unread theirs) {
      throw theirs;
    } catch (RuntimeException bug) {
      tally.count(HttpDoor.FAULT); // whoever serves this answers so
      throw bug;
    }
  }

  private Optional<Actor> actor(Request request) {
    String authorization = request.header("Authorization");
    Instant now = Instant.now();
    return authorization == null
        ? signed.actor(request.segments(), request::query, request.from(), now)
        : token
            .actor(authorization, request.from())
            .or(() -> issued.actor(authorization, request.from(), now));
  }

  private Response answer(Request request) {
    String foreign =
        guard.refusal(
            request.header("Host"), request.header("Origin"), request.header("Sec-Fetch-Site"));
    if (foreign != null) {
      return Json.refusal(403, "ForeignRequest", foreign);
    }
    if (open.find(request) instanceof Router.Match<Handler>(Handler handler, Request matched)) {
      return handler.handle(matched);
    }
    Optional<Actor> actor = actor(request);
    if (actor.isEmpty()) {
      return Json.refusal(
              401,
              "AuthenticationFailed",
              "Send the header 'Authorization: Bearer TOKEN' with the token from the file 'token' in the server's home.")
          .with("WWW-Authenticate", "Bearer");
    }
    return switch (router.find(request)) {
      case Router.Match<Endpoint>(Endpoint endpoint, Request matched) -> {
        try {
          yield endpoint.answer(matched, actor.get());
        } catch (Bodies.Unfit unfit) {
          yield Reads.badRequest(unfit.getMessage());
        }
      }
      case Router.UnknownWord<Endpoint>(String word, List<String> known) ->
          Reads.badRequest(
              "'%s' means nothing behind the '?' here: %s."
                  .formatted(
                      word,
                      known.isEmpty()
                          ? "there is nothing to say"
                          : "there are " + String.join(", ", known)));
      case Router.WrongMethod<Endpoint> wrong ->
          Json.refusal(
                  405,
                  "MethodNotAllowed",
                  "%s is not possible here; possible is %s."
                      .formatted(request.method(), wrong.allowed()))
              .with("Allow", String.join(", ", wrong.allowed()));
      case Router.Nothing<Endpoint> _ -> NotServed.answer(request);
    };
  }
}
