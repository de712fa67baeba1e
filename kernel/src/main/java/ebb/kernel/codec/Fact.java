package ebb.kernel.codec;

import ebb.kernel.money.Charges;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.Thing;
import java.util.List;

/// What a state knows beside its entities, in the form in which a snapshot stores it.
public sealed interface Fact {

  /// Where in time and in the journal the state is. The first record of a snapshot.
  record Position(
      String installation,
      long epoch,
      long nextCounter,
      long sequence,
      long now,
      boolean safeMode,
      long observeUntil)
      implements Fact {}

  record StorageRoom(boolean low, long freeBytes, long markBytes) implements Fact {}

  /// `charged`: something was, in this currency.
  record PricesInForce(String currency, List<Price> prices, boolean charged) implements Fact {}

  /// A limit that was set; keys without one follow the settings.
  record QuotaLimit(QuotaKey key, int limit) implements Fact {}

  record StrayNode(NodeId node) implements Fact {}

  record StrayTask(TaskId task) implements Fact {}

  record InQuarantine(Thing thing, String incident) implements Fact {}

  record ClusterCharges(ClusterId cluster, Charges charges) implements Fact {}

  record JobCharges(JobId job, Charges charges) implements Fact {}
}
