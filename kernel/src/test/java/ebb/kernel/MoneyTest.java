package ebb.kernel;

import static ebb.kernel.World.HOUR;
import static ebb.kernel.World.MINUTE;
import static ebb.kernel.World.NC6_RATES;
import static ebb.kernel.World.SECOND;
import static ebb.kernel.World.cluster;
import static ebb.kernel.World.job;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.money.Bill;
import ebb.kernel.money.Charges;
import ebb.kernel.money.Cost;
import ebb.kernel.money.PriceBook;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.SegmentKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MoneyTest {
  private static final long SEED = 20_240_607;

  // Amounts.

  @Test
  void anAmountIsExactForAnyTimeAndRate() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 20_000; i++) {
      long millis = random.nextLong() >>> random.nextInt(1, 64);
      long rate = random.nextLong() >>> random.nextInt(1, 64);
      assertThat(Cost.of(millis, rate).exact())
          .isEqualTo(BigInteger.valueOf(millis).multiply(BigInteger.valueOf(rate)));
    }
  }

  @Test
  void aSumIsExactAndOrderedAsItsNumber() {
    SplittableRandom random = new SplittableRandom(SEED);
    Cost sum = Cost.ZERO;
    BigInteger exact = BigInteger.ZERO;
    for (int i = 0; i < 5_000; i++) {
      Cost cost = Cost.of(random.nextLong() >>> 1, random.nextLong() >>> random.nextInt(13, 60));
      assertThat(Integer.signum(sum.compareTo(cost))).isEqualTo(exact.compareTo(cost.exact()));
      sum = sum.plus(cost);
      exact = exact.add(cost.exact());
      assertThat(sum.exact()).isEqualTo(exact);
    }
    assertThat(exact.bitLength()).as("carries were needed").isGreaterThan(64);
  }

  @Test
  void anHourAtARateIsTheRate() {
    assertThat(Cost.of(HOUR, 900_000)).hasToString("0.900000");
    assertThat(Cost.of(HOUR, 1_000_000).rounded(2)).isEqualTo(new BigDecimal("1.00"));
  }

  @Test
  void theRowsOfABillAddUpToItsTotalWhichIsRoundedOnce() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < 500; round++) {
      List<Cost> rows = new ArrayList<>();
      for (int i = random.nextInt(1, 40); i > 0; i--) {
        rows.add(Cost.of(random.nextLong(1, 40 * HOUR), random.nextLong(0, 4_000_000)));
      }
      int decimals = random.nextInt(0, 7);
      List<BigDecimal> rounded = Bill.rounded(rows, decimals);

      assertThat(rounded.stream().reduce(BigDecimal.ZERO, BigDecimal::add))
          .isEqualByComparingTo(Bill.total(rows).rounded(decimals));
      for (int i = 0; i < rows.size(); i++) {
        BigDecimal exact =
            new BigDecimal(rows.get(i).exact())
                .divide(BigDecimal.valueOf(3_600_000_000_000L), 30, java.math.RoundingMode.DOWN);
        assertThat(rounded.get(i).subtract(exact).abs())
            .as("no row is off by a whole unit")
            .isLessThanOrEqualTo(BigDecimal.ONE.movePointLeft(decimals));
      }
    }
  }

  @Test
  void theLargestRemaindersAreRaised() {
    Cost third = Cost.of(HOUR / 3, 10_000);
    Cost more = Cost.of(HOUR / 3 + 1, 10_000);

    assertThat(Bill.rounded(List.of(third, more, third), 2))
        .containsExactly(new BigDecimal("0.00"), new BigDecimal("0.01"), new BigDecimal("0.00"));
  }

  @Test
  void aBillOfNothingIsNothing() {
    assertThat(Bill.rounded(List.of(), 2)).isEmpty();
    assertThat(Bill.total(List.of())).isEqualTo(Cost.ZERO);
  }

  @Test
  void chargesKeepTheThreeKindsOfPriceApartAndCountWhatHasNone() {
    Charges charges =
        Charges.NONE
            .plus(SegmentKind.BOOT, HOUR, new Rates(9, 5, 7))
            .plus(SegmentKind.RUN, 2 * HOUR, new Rates(Rates.UNPRICED, 5, Rates.UNPRICED))
            .plus(SegmentKind.IDLE, 1, Rates.NONE)
            .plus(SegmentKind.LEAVE, 2, new Rates(0, 0, 0));

    assertThat(charges)
        .isEqualTo(
            new Charges(
                HOUR,
                2 * HOUR,
                1,
                2,
                2 * HOUR + 1,
                Cost.of(HOUR, 9),
                Cost.of(3 * HOUR, 5),
                Cost.of(HOUR, 7)));
    assertThat(charges.millis()).isEqualTo(3 * HOUR + 3);
  }

  // Prices.

  @Test
  void aBookWithoutARowLeavesTheClusterUnpriced() {
    assertThat(PriceBook.EMPTY.rates("Standard_NC6", "eastus", Priority.DEDICATED))
        .isEqualTo(Rates.NONE);
  }

  @Test
  void pricesAreFoundInAnySpelling() {
    Rates rates = new Rates(1, 2, 3);
    PriceBook book =
        new PriceBook("EUR", List.of(new Price("Standard_NC6", "EastUS", Priority.LOW, rates)));

    assertThat(book.rates("STANDARD_nc6", "eastus", Priority.LOW)).isEqualTo(rates);
    assertThat(book.rates("Standard_NC6", "eastus", Priority.DEDICATED)).isEqualTo(Rates.NONE);
  }

  @Test
  void aChangedPriceHoldsForNewNodesOnly() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles();
    Rates dearer = new Rates(2_000_000, 1, 1);
    Command change =
        new Command.ChangePrices(
            "USD", List.of(new Price("Standard_NC6", World.LOCATION, Priority.DEDICATED, dearer)));

    story.when(change).thenKinds(Event.PricesChanged.class, Event.ClusterRepriced.class);
    story.job("b", job());

    assertThat(story.happened(Event.NodeRequested.class))
        .extracting(Event.NodeRequested::rates)
        .containsExactly(NC6_RATES, dearer);
    story.settles().after(MINUTE).ends("a", 0).ends("b", 0);
    assertThat(story.state().charges(story.jobId("a")).list()).isEqualTo(Cost.of(MINUTE, 900_000));
    assertThat(story.state().charges(story.jobId("b")).list())
        .isEqualTo(Cost.of(MINUTE, 2_000_000));
  }

  @Test
  void aRateBelowZeroOrBeyondAMillionAnHourIsRefused() {
    for (Rates wrong : List.of(new Rates(-2, 0, 0), new Rates(0, 1_000_000_000_001L, 0))) {
      Command change =
          new Command.ChangePrices("USD", List.of(new Price("s", "l", Priority.LOW, wrong)));
      Story.usual().when(change).rejected(Rejection.InvalidValue.class);
    }
  }

  // The meter.

  @Test
  void theSegmentsOfANodesLifeTileItAndEachHasItsPayer() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job());
    JobId a = story.jobId("a");
    long accepted = story.after(SECOND).nodesAccepted().now();
    story.after(3 * MINUTE).nodesComeUp();
    long ready = story.now();
    story.after(SECOND).tasksStart().after(HOUR).ends("a", 0);
    long ended = story.now();
    story.passes(2 * MINUTE).passes(MINUTE).nodesGo();

    List<Event.SegmentClosed> segments = story.happened(Event.SegmentClosed.class);
    assertThat(segments)
        .extracting(Event.SegmentClosed::kind)
        .containsExactly(SegmentKind.BOOT, SegmentKind.RUN, SegmentKind.IDLE, SegmentKind.LEAVE);
    assertThat(segments)
        .extracting(Event.SegmentClosed::payer)
        .containsExactly(a, a, JobId.NONE, JobId.NONE);
    assertThat(segments)
        .extracting(Event.SegmentClosed::from)
        .containsExactly(accepted, ready, ended, ended + 2 * MINUTE);
    assertThat(segments)
        .extracting(Event.SegmentClosed::to)
        .containsExactly(ready, ended, ended + 2 * MINUTE, ended + 3 * MINUTE);
    assertThat(story.state().charges(a).millis()).isEqualTo(ended - accepted);
    assertThat(story.state().charges(story.clusterId("gpu")).millis())
        .isEqualTo(story.now() - accepted);
  }

  @Test
  void theBootOfANodeThatTheClusterWantsIsTheClusters() {
    Story story = Story.usual().cluster("gpu", cluster().nodes(1, 1)).nodesAccepted();
    story.after(MINUTE).nodesComeUp();

    assertThat(story.happened(Event.SegmentClosed.class).getFirst().payer()).isEqualTo(JobId.NONE);
  }

  @Test
  void aRunLastsUntilItsEndIsKnownThoughTheNodeLeaves() {
    Story story = Story.usual().cluster("gpu", cluster()).job("a", job()).settles();
    story.after(MINUTE).given(new Command.NodePreempted(story.node("gpu"), 0));
    story.after(30 * SECOND).ends("a", -9).after(SECOND).nodesGo();

    assertThat(story.happened(Event.SegmentClosed.class))
        .extracting(Event.SegmentClosed::kind, segment -> segment.to() - segment.from())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(SegmentKind.RUN, 90 * SECOND),
            org.assertj.core.groups.Tuple.tuple(SegmentKind.LEAVE, SECOND));
  }

  @Test
  void anUnpricedClustersTimeIsCountedAsUnpriced() {
    Story story = Story.usual().cluster("far", cluster().in("westus3"));
    story.job("a", job().on("far")).settles().after(HOUR).ends("a", 0);

    assertThat(story.state().charges(story.jobId("a")).unpricedMillis()).isEqualTo(HOUR);
    assertThat(story.state().charges(story.jobId("a")).list()).isEqualTo(Cost.ZERO);
  }

  /// What was charged is a number of a currency, which the segments do not repeat.
  @Test
  void theCurrencyStaysOnceSomethingIsCharged() {
    Story story = Story.usual();
    story.given(new Command.ChangePrices("EUR", story.state().prices().prices()));
    assertThat(story.state().prices().currency()).isEqualTo("EUR");

    story.cluster("gpu", World.cluster()).job("a", World.job());
    story
        .when(new Command.ChangePrices("USD", List.of()))
        .rejected(new Rejection.CurrencyCharged("EUR", "USD"));
  }

  /// Time without a price is in no currency.
  @Test
  void theCurrencyOfUnpricedTimeMayChange() {
    Story story = Story.usual().given(new Command.ChangePrices("USD", List.of()));
    story.cluster("gpu", World.cluster()).job("a", World.job()).settles().after(HOUR).ends("a", 0);
    assertThat(story.state().charges(story.jobId("a")).unpricedMillis()).isEqualTo(HOUR);

    story.given(new Command.ChangePrices("EUR", List.of()));
    assertThat(story.state().prices().currency()).isEqualTo("EUR");
  }

  /// Its segments are on the bill though the cluster is gone.
  @Test
  void theCurrencyStaysWhenTheClustersThatWereChargedAreGone() {
    Story story = Story.usual().cluster("gpu", World.cluster()).job("a", World.job()).settles();
    story.after(HOUR).ends("a", 0).given(Story.delete("gpu")).nodesGo();
    assertThat(story.state().allClusters()).isEmpty();

    Command.ChangePrices other = new Command.ChangePrices("EUR", List.of());
    story.when(other).rejected(new Rejection.CurrencyCharged("USD", "EUR"));
    State read = Recount.of(story.state());
    assertThat(Kernel.decide(read, new Order(story.now(), World.OWNER, "", other)))
        .isEqualTo(story.verdict());
  }

  @Test
  void aClusterThatWasDeletedBeforeItCostAnythingKeepsNoCurrency() {
    Story story = Story.usual().cluster("gpu", World.cluster()).given(Story.delete("gpu"));

    story.when(new Command.ChangePrices("EUR", List.of())).thenKinds(Event.PricesChanged.class);
  }
}
