package ebb.app.http;

/// Answers where no handler can be asked: before there is one, and what is no request.
@FunctionalInterface
public interface Unserved {
  /// The status of what comes before the server is ready.
  int NOT_READY = 503;

  /// `status`: [#NOT_READY], or what says best why the request cannot be read; `why` in words.
  Response answer(int status, String why);
}
