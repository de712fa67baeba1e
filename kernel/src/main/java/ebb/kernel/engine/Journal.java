package ebb.kernel.engine;

/// Where batches become durable. One batch is in flight at a time.
public interface Journal {
  /// Appends the batch: atomic, durable when this returns. Accepted only if the epoch is the
  /// owner's and the sequence continues what is there.
  ///
  /// @throws JournalFailure if the batch is not durable, or if that is not known. Either way
  ///   nothing of it may be answered, and the state has to be read again.
  void append(Batch batch) throws JournalFailure;
}
