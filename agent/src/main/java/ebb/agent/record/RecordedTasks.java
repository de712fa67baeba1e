package ebb.agent.record;

import ebb.agent.protocol.Fact;
import ebb.agent.protocol.RecordEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a record says when it is read from its start: who has ended, who has not, who is refused.
public final class RecordedTasks {
  private final Map<String, Unended> unended = new LinkedHashMap<>();
  private final Map<String, Long> ended = new LinkedHashMap<>();
  private final Map<String, Long> tombstones = new LinkedHashMap<>();
  private long acknowledged;
  private String installation = "";
  private String bootId = "";

  /// A task whose end is not in the record; claimed at `position`, and started unless `started` is
  /// empty.
  public record Unended(
      String task, long position, Fact.Claimed claimed, Optional<Fact.Started> started) {}

  void take(RecordEntry entry) {
    String task = entry.task();
    switch (entry.fact()) {
      case Fact.Claimed claimed -> {
        // A forgotten id may live again; its former life is no longer of interest.
        ended.remove(task);
        unended.put(task, new Unended(task, entry.position(), claimed, Optional.empty()));
      }
      case Fact.Started started ->
          unended.computeIfPresent(
              task,
              (_, was) -> new Unended(task, was.position(), was.claimed(), Optional.of(started)));
      case Fact.Exited _, Fact.Refused _ -> ended(task, entry.position());
      case Fact.Tombstone _ -> tombstones.put(task, entry.position());
      case Fact.TreeRemains _ -> {}
    }
  }

  /// The task's end has been written at this position.
  public void ended(String task, long position) {
    unended.remove(task);
    ended.put(task, position);
  }

  void take(Bookkeeping line) {
    switch (line.kind()) {
      case ACKNOWLEDGED -> acknowledged = Math.max(acknowledged, line.number());
      case FORGOTTEN -> {
        ended.remove(line.text());
        tombstones.remove(line.text());
      }
      case INSTALLED -> installation = line.text();
      case BOOTED -> bootId = line.text();
    }
  }

  public Map<String, Unended> unended() {
    return unended;
  }

  /// Ended tasks with the position of their end.
  public Map<String, Long> ended() {
    return ended;
  }

  /// Tombstones with their position.
  public Map<String, Long> tombstones() {
    return tombstones;
  }

  public long acknowledged() {
    return acknowledged;
  }

  /// The installation that the home serves, empty before the first hello.
  public String installation() {
    return installation;
  }

  /// The boot of the latest agent, empty for a new record.
  public String bootId() {
    return bootId;
  }

  /// Whether an entry still says something that somebody may need: everything not acknowledged, and
  /// of the rest what keeps an id from being started again, until it is forgotten.
  boolean needs(RecordEntry entry) {
    String task = entry.task();
    Long end = ended.getOrDefault(task, tombstones.get(task));
    Unended alive = unended.get(task);
    if (alive != null) {
      return entry.position() >= alive.position() || entry.position() > acknowledged;
    }
    if (end == null) {
      return entry.position() > acknowledged;
    }
    return entry.position() > acknowledged || end > acknowledged || entry.position() == end;
  }
}
