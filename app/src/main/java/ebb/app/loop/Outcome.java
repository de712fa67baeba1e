package ebb.app.loop;

/// What became of something that was asked of the loop.
///
/// @param <T> what an answer is
public sealed interface Outcome<T> {
  /// Decided, and what was decided is durable.
  record Answered<T>(T answer) implements Outcome<T> {}

  /// Not taken: the queue is full. Nothing was changed.
  record Overloaded<T>(int retryAfterSeconds) implements Outcome<T> {}

  /// Not taken: the server is starting or stopping. Nothing was changed.
  record NotServing<T>() implements Outcome<T> {}

  /// Taken, but the journal failed or the answer took too long: it may have happened or not. Asking
  /// again with the same name tells.
  record Unknown<T>() implements Outcome<T> {}
}
