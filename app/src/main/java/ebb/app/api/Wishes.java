package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.loop.EngineLoop;
import ebb.app.loop.Outcome;
import ebb.kernel.State;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Verdict;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;

/// Sends commands to the engine and turns what became of them into answers.
final class Wishes {
  /// By which a sender finds its request again in history; made here if it sends none.
  private static final String REQUEST_ID = "x-ms-client-request-id";

  private static final int REQUEST_ID_LENGTH = 64;

  private final EngineLoop loop;
  private final AtomicLong counter = new AtomicLong();
  private final String prefix;

  Wishes(EngineLoop loop, String prefix) {
    this.loop = loop;
    this.prefix = prefix;
  }

  /// The answer of `accepted` if the wish is granted, else why not.
  Response wish(Request request, Actor actor, Command.Wish wish, Function<Boolean, Response> then) {
    return answer(loop.wish(actor, requestId(request), wish), then);
  }

  /// The answer of `shown` if what was wished is there then: with 201 if it is so since now, with
  /// 200 if it was there already, changed or not.
  ///
  /// @param wasThere as seen before the wish; of two who make the same at once, one has made it
  Response put(
      Request request,
      Actor actor,
      Command.Wish wish,
      boolean wasThere,
      IntFunction<Response> shown) {
    return wish(request, actor, wish, changed -> shown.apply(changed && !wasThere ? 201 : 200));
  }

  /// `then` is told whether anything changed.
  Response answer(Outcome<Verdict> outcome, Function<Boolean, Response> then) {
    return switch (outcome) {
      case Outcome.Answered<Verdict>(Verdict.Accepted accepted) ->
          then.apply(!accepted.events().isEmpty());
      case Outcome.Answered<Verdict>(Verdict.Refused refused) ->
          Json.refusal(Reason.of(refused.rejection()));
      case Outcome.Overloaded<Verdict> overloaded -> overloaded(overloaded.retryAfterSeconds());
      case Outcome.NotServing<Verdict> _ -> notServing();
      case Outcome.Unknown<Verdict> _ -> unknown();
    };
  }

  /// What would become of the wish. It is not done.
  Outcome<Verdict> judge(Request request, Actor actor, Command.Wish wish) {
    return loop.judge(actor, requestId(request), wish);
  }

  Outcome<Verdict> send(Request request, Actor actor, Command.Wish wish) {
    return loop.wish(actor, requestId(request), wish);
  }

  /// The time up to which everything decided is in the view.
  long settledAt() {
    return loop.settledAt();
  }

  /// Answers what was seen.
  interface Telling<T, E extends Exception> {
    Response of(T seen) throws E;
  }

  /// A look at the state on the engine's thread.
  <T, E extends Exception> Response ask(BiFunction<State, Long, T> question, Telling<T, E> then)
      throws E {
    return switch (loop.ask(question)) {
      case Outcome.Answered<T>(T answer) -> then.of(answer);
      case Outcome.Overloaded<T> overloaded -> overloaded(overloaded.retryAfterSeconds());
      case Outcome.NotServing<T> _ -> notServing();
      case Outcome.Unknown<T> _ -> unknown();
    };
  }

  private static Response overloaded(int seconds) {
    return Json.busy(
        429,
        "TooManyRequests",
        "The server has more requests waiting than it takes: nothing was changed; ask again in "
            + seconds
            + " s.",
        seconds);
  }

  static Response notServing() {
    return Json.busy(
        503, "ServerNotReady", "The server is starting or stopping: nothing was changed.", 1);
  }

  private static Response unknown() {
    return Json.busy(
        503,
        "OutcomeUnknown",
        "The server cannot tell whether this was done: ask again. The same name with the same content is never done"
            + " twice.",
        1);
  }

  private String requestId(Request request) {
    String sent = request.header(REQUEST_ID);
    return sent != null && isFit(sent) ? sent : prefix + counter.incrementAndGet();
  }

  private static boolean isFit(String id) {
    return !id.isEmpty()
        && id.length() <= REQUEST_ID_LENGTH
        && id.chars().allMatch(c -> c > ' ' && c < 127);
  }
}
