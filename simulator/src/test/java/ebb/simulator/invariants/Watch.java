package ebb.simulator.invariants;

import ebb.kernel.Insides;
import ebb.kernel.State;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Backend.StartTask;
import ebb.kernel.engine.Batch;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.TaskReport;
import ebb.simulator.Witness;
import java.util.List;

/// Holds what happens against every promise.
public final class Watch implements Witness {
  private final History history = new History();
  private final List<Promise> promises;

  public Watch(List<Promise> promises) {
    this.promises = promises;
  }

  public History history() {
    return history;
  }

  /// A batch that is durable, in the order of the journal.
  public void durable(Batch batch) {
    for (Envelope envelope : batch.envelopes()) {
      for (Event event : envelope.events()) {
        for (Promise promise : promises) {
          promise.event(envelope, event, history);
        }
        history.learn(event, envelope.at());
      }
      if (!envelope.requestId().isEmpty()) {
        history.requests.add(envelope.requestId());
      }
      for (Promise promise : promises) {
        promise.decided(envelope, history);
      }
    }
  }

  public void told(Backend.Instruction instruction) {
    promises.forEach(promise -> promise.told(instruction, history));
  }

  public void answered(Answered answered) {
    promises.forEach(promise -> promise.answered(answered, history));
  }

  public void settled(State state, long now) {
    promises.forEach(promise -> promise.settled(state, now, history));
  }

  public void sampled(State state, long now) {
    State rebuilt = Insides.rebuilt(state);
    promises.forEach(promise -> promise.sampled(state, rebuilt, now, history));
  }

  public void forgotten(NodeId node) {
    promises.forEach(promise -> promise.forgotten(node));
  }

  public void faultsHaveCeased() {
    promises.forEach(Promise::faultsHaveCeased);
  }

  public void healed(Healed healed) {
    promises.forEach(promise -> promise.healed(healed));
  }

  @Override
  public void nodeClaimed(NodeId node, long at) {
    promises.forEach(promise -> promise.nodeClaimed(node, at));
  }

  @Override
  public void nodeGone(NodeId node, long at) {
    promises.forEach(promise -> promise.nodeGone(node, at));
  }

  @Override
  public void taskBegan(StartTask task, long at) {
    promises.forEach(promise -> promise.taskBegan(task, at));
  }

  @Override
  public void taskEnded(StartTask task, TaskReport report, long at) {
    promises.forEach(promise -> promise.taskEnded(task, report, at));
  }
}
