package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.kernel.protocol.Actor;
import java.io.IOException;
import java.time.Duration;
import java.time.format.DateTimeParseException;

/// `POST /ebb/v1/gc?olderThan=P7D&dry=true`: removes what ended jobs have left between, or says
/// what it would remove.
final class CleaningEndpoints {
  private final Governing governing;
  private final Surface.Cleaning cleaning;

  CleaningEndpoints(Governing governing, Surface.Cleaning cleaning) {
    this.governing = governing;
    this.cleaning = cleaning;
  }

  void addTo(Router<Endpoint> router) {
    router.on("POST", "/ebb/v1/gc?dry&olderThan", this::clean);
  }

  private record Shown(
      boolean dry,
      String olderThan,
      int jobs,
      long bytes,
      int code,
      long codeBytes,
      int environments,
      long environmentBytes,
      int images,
      long imageBytes) {}

  private Response clean(Request request, Actor actor) throws Bodies.Unfit {
    return governing.answer(actor, () -> clean(request));
  }

  private Response clean(Request request) throws IOException, Bodies.Unfit {
    boolean dry = Query.truth(request, "dry");
    String asked = Bodies.or(request.query("olderThan"), cleaning.keep().toString());
    try {
      Duration olderThan = Duration.parse(asked);
      if (olderThan.isNegative()) {
        throw unfit(asked);
      }
      Surface.Freed freed = cleaning.clean(olderThan, !dry);
      return Json.answer(
          200,
          new Shown(
              dry,
              olderThan.toString(),
              freed.jobs().count(),
              freed.jobs().bytes(),
              freed.code().count(),
              freed.code().bytes(),
              freed.environments().count(),
              freed.environments().bytes(),
              freed.images().count(),
              freed.images().bytes()));
    } catch (DateTimeParseException unreadable) {
      throw unfit(asked);
    }
  }

  private static Bodies.Unfit unfit(String asked) {
    return Query.unfit(asked, "olderThan", "an ISO 8601 duration such as P7D");
  }
}
