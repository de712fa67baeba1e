package ebb.kernel.engine;

import ebb.kernel.protocol.Envelope;
import java.util.List;

/// The decisions of one step, appended as one.
///
/// @param firstSequence the sequence of the first event; the events of a journal are numbered
///   without gaps
/// @param count how many events
public record Batch(long epoch, long firstSequence, int count, long at, List<Envelope> envelopes) {
  public long lastSequence() {
    return firstSequence + count - 1;
  }
}
