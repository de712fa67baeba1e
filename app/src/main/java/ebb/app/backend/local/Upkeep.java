package ebb.app.backend.local;

import ebb.agent.protocol.Refusal;
import ebb.kernel.protocol.TaskId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Tells the agent what is safe with the engine, so that its record and its table stay small, and
/// remembers it for the next life.
final class Upkeep {
  /// Ids in one message.
  private static final int FORGET_MAX = 5_000;

  private final AgentLink link;
  private final Inventory inventory;
  private final LocalOptions options;
  private final Path memory;
  private final List<AgentTask> forgettable = new ArrayList<>();
  private RememberedPosition acknowledged = RememberedPosition.NONE;
  private String told = "";

  Upkeep(Parts parts, Path memory) {
    this.link = parts.link();
    this.inventory = parts.inventory();
    this.options = parts.options();
    this.memory = memory;
  }

  /// The ends of these are durable, and nothing that was ordered before is still waiting.
  void mayForget(List<AgentTask> tasks) {
    forgettable.addAll(tasks);
  }

  /// Does what there is to do, if the agent can be reached.
  void run() throws InterruptedException {
    if (!link.isUp()) {
      return;
    }
    try {
      RememberedPosition durable = inventory.durable();
      if (!durable.equals(acknowledged)) {
        link.ask(client -> {
          client.acknowledge(durable.position());
          return durable;
        });
        acknowledged = durable;
        options.requireHome();
        durable.write(memory);
      }
      forget();
      told = "";
    } catch (Refusal e) {
      say("the agent refused an acknowledgement", e);
    } catch (IOException e) {
      say("the position in the agent's record was not remembered", e);
    }
  }

  /// This runs several times a second: each cause is said once.
  private void say(String what, IOException why) {
    String cause = what + why;
    if (!cause.equals(told)) {
      Log.say(what, why);
      told = cause;
    }
  }

  private void forget() throws InterruptedException, Refusal {
    if (forgettable.isEmpty()) {
      return;
    }
    List<AgentTask> some =
        List.copyOf(forgettable.subList(0, Math.min(forgettable.size(), FORGET_MAX)));
    List<String> names = some.stream().map(AgentTask::text).toList();
    Set<String> kept = new HashSet<>(link.ask(client -> client.forget(names)));
    List<TaskId> forgotten =
        some.stream().filter(name -> !kept.contains(name.text())).map(AgentTask::task).toList();
    inventory.forget(forgotten);
    forgettable.subList(0, some.size()).clear();
    some.stream().filter(name -> kept.contains(name.text())).forEach(forgettable::add);
  }
}
