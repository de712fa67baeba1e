package ebb.simulator.invariants;

import ebb.kernel.State;
import ebb.kernel.money.Charges;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Rates;
import java.math.BigInteger;
import java.util.TreeMap;

/// What clusters and jobs are charged is the sum of their segments, milliseconds by rate, to the
/// last unit, and all of it is in one currency.
final class LedgerAddsUp implements Promise {
  private final TreeMap<ClusterId, BigInteger> clusters = new TreeMap<>();
  private final TreeMap<JobId, BigInteger> jobs = new TreeMap<>();
  private final TreeMap<ClusterId, Long> millis = new TreeMap<>();
  private boolean charged;
  private String currency = "USD"; // until a price book says otherwise

  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (event instanceof Event.SegmentClosed closed) {
      long length = closed.to() - closed.from();
      charged |= !closed.rates().equals(Rates.NONE);
      long rate = Math.max(0, closed.rates().list());
      BigInteger cost = BigInteger.valueOf(length).multiply(BigInteger.valueOf(rate));
      clusters.merge(closed.cluster(), cost, BigInteger::add);
      millis.merge(closed.cluster(), length, Long::sum);
      jobs.merge(closed.payer(), cost, BigInteger::add);
    } else if (event instanceof Event.PricesChanged changed) {
      check(
          !charged || changed.currency().equals(currency),
          "charged in ",
          currency,
          ", now ",
          changed.currency());
      currency = changed.currency();
    }
  }

  @Override
  public void sampled(State state, State rebuilt, long now, History history) {
    for (var cluster : state.allClusters()) {
      Charges charges = state.charges(cluster.id());
      BigInteger sum = clusters.getOrDefault(cluster.id(), BigInteger.ZERO);
      check(charges.list().exact().equals(sum), cluster.name(), ": ", charges, ", not ", sum);
      check(
          charges.millis() == millis.getOrDefault(cluster.id(), 0L), cluster.name(), ": ", charges);
    }
    for (var job : state.allJobs()) {
      BigInteger sum = jobs.getOrDefault(job.id(), BigInteger.ZERO);
      Charges charges = state.charges(job.id());
      check(charges.list().exact().equals(sum), job.name(), ": ", charges, ", not ", sum);
    }
  }
}
