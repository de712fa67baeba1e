package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;

/// Reads a body of bounded size, and answers what is wrong with it instead if something is.
final class Bounded {
  /// A command and its environment are at most this large for the operating system too.
  static final int BODY_BYTES = 1 << 20;

  private Bounded() {}

  interface Use<T> {
    Response of(T body) throws Bodies.Unfit;
  }

  static <T> Response body(Request request, Class<T> type, Use<T> use) {
    byte[] bytes = request.body(BODY_BYTES);
    if (bytes == null) {
      return Json.refusal(
          413,
          "RequestBodyTooLarge",
          "The body has more than %d bytes: put large inputs into files.".formatted(BODY_BYTES));
    }
    return switch (Json.read(bytes, type)) {
      case Json.Good<T>(T value) -> {
        try {
          yield use.of(value);
        } catch (Bodies.Unfit unfit) {
          yield Reads.badRequest(unfit.getMessage());
        }
      }
      case Json.Bad<T>(String message) -> Reads.badRequest(message);
    };
  }
}
