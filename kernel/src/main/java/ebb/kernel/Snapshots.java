package ebb.kernel;

import ebb.kernel.access.AccessRules;
import ebb.kernel.cluster.Cluster;
import ebb.kernel.cluster.ResourceGroup;
import ebb.kernel.cluster.Workspace;
import ebb.kernel.codec.Fact;
import ebb.kernel.codec.FormatVersion;
import ebb.kernel.codec.SnapshotReader;
import ebb.kernel.codec.SnapshotWriter;
import ebb.kernel.codec.StateDigest;
import ebb.kernel.job.Attempt;
import ebb.kernel.job.Job;
import ebb.kernel.money.PriceBook;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.VmSize;
import java.util.ArrayList;
import java.util.List;

/// A state as a list of immutable records, and back again. What is derived is not among them: it
/// comes back by putting the records.
///
/// Taking the list copies references only, so that it may be done between two steps; turning it
/// into bytes may then take its time elsewhere.
public final class Snapshots {
  private Snapshots() {}

  /// All facts, in an order that depends on the state alone and in which each finds what it needs
  /// when they are put again: clusters after their workspaces, nodes and jobs after their clusters.
  public static List<Record> facts(State state) {
    List<Record> facts =
        new ArrayList<>(
            64
                + state.nodes.size()
                + 2 * state.jobs.size()
                + state.attempts.size()
                + 2 * state.clusters.size());
    facts.add(
        new Fact.Position(
            state.installation,
            state.epoch,
            state.nextCounter,
            state.sequence,
            state.now,
            state.safeMode,
            state.observeUntil));
    facts.add(state.settings);
    facts.addAll(state.sizes.values());
    facts.add(
        new Fact.PricesInForce(state.prices.currency(), state.prices.prices(), state.charged));
    facts.add(state.host);
    facts.add(
        new Fact.StorageRoom(
            state.storage.low(), state.storage.freeBytes(), state.storage.markBytes()));
    facts.add(state.access);
    state.quotas.limits().forEach((key, limit) -> facts.add(new Fact.QuotaLimit(key, limit)));
    facts.addAll(state.groups.all());
    facts.addAll(state.workspaces.values());
    facts.addAll(state.clusters.values());
    facts.addAll(state.jobs.values());
    facts.addAll(state.nodes.values());
    facts.addAll(state.attempts.values());
    state.clusterCharges.forEach((id, sum) -> facts.add(new Fact.ClusterCharges(id, sum)));
    state.jobCharges.forEach((id, sum) -> facts.add(new Fact.JobCharges(id, sum)));
    state.strayNodes.forEach(node -> facts.add(new Fact.StrayNode(node)));
    state.strayTasks.forEach(task -> facts.add(new Fact.StrayTask(task)));
    state.quarantine.forEach((thing, why) -> facts.add(new Fact.InQuarantine(thing, why)));
    return facts;
  }

  /// The state that a snapshot holds.
  ///
  /// @throws ebb.kernel.codec.Malformed if the bytes are not what was written
  /// @throws ebb.kernel.codec.NewerFormat if a newer version wrote them
  public static State read(SnapshotReader reader) {
    State state = new State();
    for (Record fact = reader.next(); fact != null; fact = reader.next()) {
      put(state, fact);
    }
    if (state.sequence != reader.sequence()) {
      throw new IllegalStateException(
          "a snapshot of " + reader.sequence() + " holds the state of " + state.sequence);
    }
    state.forgetChanges();
    return state;
  }

  /// Adds all of it; the caller takes the pieces.
  public static void write(List<Record> facts, SnapshotWriter writer) {
    facts.forEach(writer::add);
  }

  private static void put(State state, Record record) {
    switch (record) {
      case Job job -> state.putJob(job.id(), job);
      case Node node -> state.putNode(node.id(), node);
      case Attempt attempt -> state.putAttempt(attempt.id(), attempt);
      case Fact fact -> putFact(state, fact);
      case Cluster cluster -> state.putCluster(cluster.id(), cluster);
      case ResourceGroup group -> state.groups = state.groups.with(group);
      case Workspace workspace -> state.putWorkspace(workspace.id(), workspace);
      case VmSize size -> state.sizes.put(size.name(), size);
      case Settings settings -> state.settings = settings;
      case Host host -> state.host = host;
      case AccessRules access -> state.access = access;
      default -> // the reader's table has no other records
          throw new IllegalStateException("not a part of the state: " + record);
    }
  }

  private static void putFact(State state, Fact fact) {
    switch (fact) {
      case Fact.JobCharges charged -> state.jobCharges.put(charged.job(), charged.charges());
      case Fact.ClusterCharges charged ->
          state.clusterCharges.put(charged.cluster(), charged.charges());
      case Fact.Position position -> {
        state.installation = position.installation();
        state.epoch = position.epoch();
        state.nextCounter = position.nextCounter();
        state.sequence = position.sequence();
        state.now = position.now();
        state.safeMode = position.safeMode();
        state.observeUntil = position.observeUntil();
      }
      case Fact.PricesInForce(var currency, var prices, var charged) -> {
        state.prices = new PriceBook(currency, prices);
        state.charged = charged;
      }
      case Fact.StorageRoom room ->
          state.storage = new State.Storage(room.low(), room.freeBytes(), room.markBytes());
      case Fact.QuotaLimit limit -> state.quotas.setLimit(limit.key(), limit.limit());
      case Fact.StrayNode stray -> state.putStray(stray.node(), true);
      case Fact.StrayTask stray -> state.putStray(stray.task(), true);
      case Fact.InQuarantine in -> state.putInQuarantine(in.thing(), in.incident());
    }
  }

  /// By which two states are told to be equal: over all facts, and over nothing that is derived.
  public static byte[] digest(State state) {
    StateDigest digest = new StateDigest(FormatVersion.CURRENT);
    facts(state).forEach(digest::add);
    return digest.finish();
  }
}
