package ebb.simulator;

import ebb.kernel.cluster.Cluster;
import ebb.kernel.engine.Backend;
import ebb.kernel.money.Charges;
import ebb.kernel.money.Cost;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Settings;
import ebb.kernel.protocol.VmSize;
import java.util.Arrays;
import java.util.List;

/// What a recorded trace of jobs would have waited and cost on clusters of given numbers, by
/// replaying it through the kernel. The jobs do what they did when they were recorded; the waiting
/// is the kernel's.
///
/// A job runs on the smallest size of machine that has its GPUs, larger ones on several of the
/// largest.
public final class TraceReplay {
  private static final String LOCATION = "eastus";
  private static final Scope WORKSPACE = Scope.workspace("replay", "replay", "trace");

  /// Sizes with 1, 2, 4 and 8 GPUs, with Azure's list prices an hour in millionths of a dollar as
  /// its price page had them for East US.
  private static final List<Size> SIZES =
      List.of(
          new Size(new VmSize("Standard_NC6s_v3", "NCSv3", 6, 112 << 10, 1), 3_060_000),
          new Size(new VmSize("Standard_NC12s_v3", "NCSv3", 12, 224 << 10, 2), 6_120_000),
          new Size(new VmSize("Standard_NC24s_v3", "NCSv3", 24, 448 << 10, 4), 12_240_000),
          new Size(new VmSize("Standard_ND40rs_v2", "NDSv2", 40, 672 << 10, 8), 22_032_000));

  /// How long a job may wait: as long as settings allow, for what is asked is how long it would.
  private static final long NO_LIMIT_MILLIS = 100L * 365 * 24 * 3_600_000;

  private static final long NEVER_BEGAN = -1;

  private record Size(VmSize size, long ratePerHour) {
    String cluster() {
      return "gpu" + size.gpus();
    }
  }

  /// The numbers of the clusters that the trace is replayed on.
  ///
  /// @param maxNodes of each cluster
  /// @param idleMillis how long a node is kept without work
  /// @param bootMillis from the order of a node to ready
  public record Numbers(int maxNodes, long idleMillis, long bootMillis) {
    /// More nodes than the trace ever uses at once, Azure's two minutes of idle time, and a boot of
    /// four minutes.
    public static final Numbers DEFAULT = new Numbers(4_000, 120_000, 240_000);
  }

  /// What a replay came to.
  public record Outcome(int jobs, long virtualMillis, Charges charges, long events, Waits waits) {
    public double nodeHours() {
      return charges.millis() / 3_600_000.0;
    }

    public double virtualDays() {
      return virtualMillis / 86_400_000.0;
    }
  }

  /// How long jobs waited from submission to their first instruction.
  public static final class Waits {
    private final long[] sortedMillis;

    Waits(long[] millis) {
      sortedMillis = millis.clone();
      Arrays.sort(sortedMillis);
    }

    /// The wait that this share of the jobs did not exceed.
    public long millis(double share) {
      return sortedMillis[
          (int) Math.min(sortedMillis.length - 1L, (long) (share * sortedMillis.length))];
    }

    public double meanMillis() {
      return Arrays.stream(sortedMillis).average().orElse(0);
    }
  }

  private final List<TraceJob> trace;
  private final Numbers numbers;
  private final VirtualTime time;
  private final Simulation simulation;
  private final long[] began;
  private int next;

  private TraceReplay(List<TraceJob> trace, Numbers numbers) {
    this.trace = trace;
    this.numbers = numbers;
    this.time = new VirtualTime(trace.getFirst().submitMillis());
    this.began = new long[trace.size()];
    Arrays.fill(began, NEVER_BEGAN);
    this.simulation = new Simulation(time, _ -> {});
    Recorded recorded = new Recorded();
    World world = new World(time, recorded, recorded, simulation::report);
    simulation.connect(world);
  }

  /// Replays the trace, which has at least one job, until the last job has ended and the last node
  /// is gone.
  public static Outcome of(List<TraceJob> trace, Numbers numbers) {
    return new TraceReplay(trace, numbers).run();
  }

  private Outcome run() {
    long start = time.now();
    setUp();
    submitDue();
    simulation.run();
    long[] waits = new long[trace.size()];
    for (int i = 0; i < waits.length; i++) {
      if (began[i] == NEVER_BEGAN) {
        throw new IllegalStateException("job " + i + " of the trace never began");
      }
      waits[i] = began[i] - trace.get(i).submitMillis();
    }
    Charges total = Charges.NONE;
    for (Cluster cluster : simulation.state().allClusters()) {
      total = sum(total, simulation.state().charges(cluster.id()));
    }
    return new Outcome(
        trace.size(), time.now() - start, total, simulation.state().sequence(), new Waits(waits));
  }

  private static Charges sum(Charges a, Charges b) {
    return new Charges(
        a.bootMillis() + b.bootMillis(),
        a.runMillis() + b.runMillis(),
        a.idleMillis() + b.idleMillis(),
        a.leaveMillis() + b.leaveMillis(),
        a.unpricedMillis() + b.unpricedMillis(),
        a.list().plus(b.list()),
        Cost.ZERO,
        Cost.ZERO);
  }

  /// Nothing that the trace did is cut short.
  private static Settings settings(List<TraceJob> trace) {
    Settings usual = Settings.DEFAULT;
    long longest = trace.stream().mapToLong(TraceJob::durationMillis).max().orElse(0);
    return new Settings(
        usual.bootMillis(),
        usual.startMillis(),
        usual.graceMillis(),
        usual.stopMillis(),
        usual.leaveMillis(),
        usual.assemblyMillis(),
        usual.unreachableMillis(),
        usual.observeMillis(),
        usual.backOffMillis(),
        usual.backOffMaxMillis(),
        Math.max(usual.lifetimeMillis(), longest + usual.startMillis()),
        usual.lifetimeLowMillis(),
        NO_LIMIT_MILLIS,
        usual.archiveMillis(),
        usual.retries(),
        usual.familyQuota(),
        usual.regionalQuota(),
        usual.lowPriorityQuota(),
        usual.queuedJobs(),
        usual.clusters(),
        usual.defaultIdleMillis(),
        usual.backfillCandidates());
  }

  private void setUp() {
    simulation.wish(new Command.ChangeSettings(settings(trace)));
    simulation.wish(new Command.ChangeSizes(SIZES.stream().map(Size::size).toList()));
    simulation.wish(
        new Command.ChangePrices(
            "USD",
            SIZES.stream()
                .map(size ->
                    new Price(
                        size.size().name(),
                        LOCATION,
                        Priority.DEDICATED,
                        new Rates(size.ratePerHour(), Rates.UNPRICED, Rates.UNPRICED)))
                .toList()));
    simulation.wish(new Command.PutWorkspace(WORKSPACE, LOCATION));
    unlimited(QuotaKind.REGIONAL_TOTAL, "");
    unlimited(QuotaKind.FAMILY, "ncsv3");
    unlimited(QuotaKind.FAMILY, "ndsv2");
    for (Size size : SIZES) {
      simulation.wish(
          new Command.PutCluster(
              WORKSPACE,
              size.cluster(),
              new ClusterSpec(
                  size.size().name(),
                  Priority.DEDICATED,
                  0,
                  numbers.maxNodes(),
                  numbers.idleMillis(),
                  LOCATION,
                  false,
                  List.of())));
    }
  }

  private void unlimited(QuotaKind kind, String family) {
    simulation.wish(
        new Command.SetQuota(
            new QuotaKey(kind, WORKSPACE.subscription(), LOCATION, family), Integer.MAX_VALUE));
  }

  private void submitDue() {
    while (next < trace.size() && trace.get(next).submitMillis() <= time.now()) {
      submit(next++);
    }
    if (next < trace.size()) {
      time.at(trace.get(next).submitMillis(), this::submitDue);
    }
  }

  private void submit(int index) {
    TraceJob job = trace.get(index);
    Size size = sizeFor(job.gpus());
    int nodes = Math.ceilDiv(job.gpus(), size.size().gpus());
    simulation.wish(
        new Command.SubmitJob(
            WORKSPACE,
            Integer.toString(index),
            new JobSpec(size.cluster(), job.user(), 0, nodes, 0, new Retries(0, 0, 0), ""),
            time.now()));
  }

  private static Size sizeFor(int gpus) {
    for (Size size : SIZES) {
      if (size.size().gpus() >= gpus) {
        return size;
      }
    }
    return SIZES.getLast();
  }

  /// Nodes boot as the numbers say, jobs run as they were recorded.
  private final class Recorded implements Fate, Witness {
    @Override
    public NodeFate node(Backend.StartNode start) {
      return new NodeFate(false, numbers.bootMillis(), VirtualTime.NEVER, false, 0);
    }

    @Override
    public TaskFate task(Backend.StartTask start) {
      long duration = trace.get(Integer.parseInt(start.jobName())).durationMillis();
      return new TaskFate(false, 0, duration, 0, 0);
    }

    @Override
    public void taskBegan(Backend.StartTask task, long at) {
      if (task.task().rank() == 0) {
        began[Integer.parseInt(task.jobName())] = at;
      }
    }
  }
}
