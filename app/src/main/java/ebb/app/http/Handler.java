package ebb.app.http;

/// Answers a request on a virtual thread of its own: it may block.
@FunctionalInterface
public interface Handler {
  Response handle(Request request);
}
