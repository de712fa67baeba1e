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
/// last unit, by each of the three kinds of price, and all of it is in one currency.
final class LedgerAddsUp implements Promise {
  /// Milliseconds by rate, added up by kind of price. What nobody has named a price for adds
  /// nothing.
  private record Sums(BigInteger list, BigInteger internal, BigInteger invoice) {
    static final Sums NONE = new Sums(BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO);

    static Sums of(Event.SegmentClosed closed) {
      BigInteger millis = BigInteger.valueOf(closed.to() - closed.from());
      Rates rates = closed.rates();
      return new Sums(
          cost(millis, rates.list()),
          cost(millis, rates.internal()),
          cost(millis, rates.invoice()));
    }

    private static BigInteger cost(BigInteger millis, long rate) {
      return millis.multiply(BigInteger.valueOf(Math.max(0, rate)));
    }

    static Sums of(Charges charges) {
      return new Sums(
          charges.list().exact(), charges.internal().exact(), charges.invoice().exact());
    }

    Sums plus(Sums more) {
      return new Sums(list.add(more.list), internal.add(more.internal), invoice.add(more.invoice));
    }
  }

  private final TreeMap<ClusterId, Sums> clusters = new TreeMap<>();
  private final TreeMap<JobId, Sums> jobs = new TreeMap<>();
  private final TreeMap<ClusterId, Long> millis = new TreeMap<>();
  private boolean charged;
  private String currency = "USD"; // until a price book says otherwise

  @Override
  public void event(Envelope envelope, Event event, History history) {
    if (event instanceof Event.SegmentClosed closed) {
      charged |= !closed.rates().equals(Rates.NONE);
      Sums cost = Sums.of(closed);
      clusters.merge(closed.cluster(), cost, Sums::plus);
      millis.merge(closed.cluster(), closed.to() - closed.from(), Long::sum);
      jobs.merge(closed.payer(), cost, Sums::plus);
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
      Sums sum = clusters.getOrDefault(cluster.id(), Sums.NONE);
      check(Sums.of(charges).equals(sum), cluster.name(), ": ", charges, ", not ", sum);
      check(
          charges.millis() == millis.getOrDefault(cluster.id(), 0L), cluster.name(), ": ", charges);
    }
    for (var job : state.allJobs()) {
      Sums sum = jobs.getOrDefault(job.id(), Sums.NONE);
      Charges charges = state.charges(job.id());
      check(Sums.of(charges).equals(sum), job.name(), ": ", charges, ", not ", sum);
    }
  }
}
