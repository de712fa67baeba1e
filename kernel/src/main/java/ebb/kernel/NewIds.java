package ebb.kernel;

import ebb.kernel.protocol.Id;

/// Makes the ids of one decision; the events that carry them move the state's counter.
final class NewIds {
  private final long epoch;
  private long counter;

  NewIds(long epoch, long counter) {
    this.epoch = epoch;
    this.counter = counter;
  }

  long next() {
    return Id.of(epoch, counter++);
  }
}
