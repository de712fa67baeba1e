package ebb.kernel;

import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Tag;
import ebb.kernel.protocol.VmSize;
import java.util.List;

/// The usual world of the kernel's tests: one owner, one workspace, two sizes, and prices for them.
/// Specifications are written as what differs from the usual one.
public final class World {
  public static final Actor OWNER = new Actor("olga", "", "test");
  public static final Scope WORKSPACE = Scope.workspace("sub", "group", "lab");
  public static final Scope OTHER_WORKSPACE = Scope.workspace("sub", "group", "field");
  public static final String LOCATION = "eastus";

  public static final VmSize NC6 = new VmSize("Standard_NC6", "standardNCFamily", 6, 57_344, 1);
  public static final VmSize D3 = new VmSize("Standard_D3_v2", "standardDv2Family", 4, 14_336, 0);

  public static final Rates NC6_RATES = new Rates(900_000, 450_000, 800_000);
  public static final Rates NC6_LOW_RATES = new Rates(180_000, 90_000, 160_000);
  public static final Rates D3_RATES = new Rates(229_000, Rates.UNPRICED, 200_000);

  public static final QuotaKey NC_QUOTA =
      new QuotaKey(QuotaKind.FAMILY, "sub", LOCATION, "standardncfamily");
  public static final QuotaKey DV2_QUOTA =
      new QuotaKey(QuotaKind.FAMILY, "sub", LOCATION, "standarddv2family");
  public static final QuotaKey REGIONAL =
      new QuotaKey(QuotaKind.REGIONAL_TOTAL, "sub", LOCATION, "");
  public static final QuotaKey LOW_PRIORITY =
      new QuotaKey(QuotaKind.LOW_PRIORITY, "sub", LOCATION, "");

  public static final long SECOND = 1_000;
  public static final long MINUTE = 60 * SECOND;
  public static final long HOUR = 60 * MINUTE;
  public static final long DAY = 24 * HOUR;

  static final Command.ChangeSizes SIZES = new Command.ChangeSizes(List.of(D3, NC6));
  static final Command.ChangePrices PRICES =
      new Command.ChangePrices(
          "USD",
          List.of(
              new Price("Standard_NC6", LOCATION, Priority.DEDICATED, NC6_RATES),
              new Price("Standard_NC6", LOCATION, Priority.LOW, NC6_LOW_RATES),
              new Price("Standard_D3_v2", LOCATION, Priority.DEDICATED, D3_RATES)));

  private World() {}

  /// A cluster of GPU nodes, dedicated, 0 to 4, with the usual idle time.
  public static Cluster cluster() {
    return new Cluster(
        new ClusterSpec(NC6.name(), Priority.DEDICATED, 0, 4, 120_000, LOCATION, true, List.of()));
  }

  /// A job of one node on the cluster "gpu" that asks for nothing special.
  public static Job job() {
    return new Job(new JobSpec("gpu", "alice", 0, 1, 0, JobSpec.DEFAULT_RETRIES, "hash"));
  }

  /// What somebody wants a cluster to be, as what differs from the usual one.
  public record Cluster(ClusterSpec spec) {
    public Cluster size(VmSize size) {
      return size(size.name());
    }

    public Cluster size(String name) {
      return new Cluster(
          new ClusterSpec(
              name,
              spec.priority(),
              spec.min(),
              spec.max(),
              spec.idleMillis(),
              spec.location(),
              spec.internodeCommunication(),
              spec.tags()));
    }

    public Cluster low() {
      return new Cluster(
          new ClusterSpec(
              spec.size(),
              Priority.LOW,
              spec.min(),
              spec.max(),
              spec.idleMillis(),
              spec.location(),
              spec.internodeCommunication(),
              spec.tags()));
    }

    public Cluster nodes(int min, int max) {
      return new Cluster(spec.scaledTo(min, max, spec.idleMillis()));
    }

    public Cluster isolated(Isolation isolation) {
      return new Cluster(spec.isolated(isolation, spec.network()));
    }

    public Cluster idle(long millis) {
      return new Cluster(spec.scaledTo(spec.min(), spec.max(), millis));
    }

    public Cluster in(String location) {
      return of(location, spec.internodeCommunication(), spec.tags());
    }

    public Cluster withoutCommunication() {
      return of(spec.location(), false, spec.tags());
    }

    public Cluster tags(List<Tag> tags) {
      return of(spec.location(), spec.internodeCommunication(), tags);
    }

    private Cluster of(String location, boolean communicates, List<Tag> tags) {
      return new Cluster(
          new ClusterSpec(
              spec.size(),
              spec.priority(),
              spec.min(),
              spec.max(),
              spec.idleMillis(),
              location,
              communicates,
              tags));
    }

    public Command.PutCluster put(String name) {
      return new Command.PutCluster(WORKSPACE, name, spec);
    }
  }

  /// What somebody wants to run, as what differs from the usual job.
  public record Job(JobSpec spec) {
    public Job on(String cluster) {
      return of(cluster, spec.account(), spec.priority(), spec.nodes(), spec.limitMillis());
    }

    public Job account(String account) {
      return of(spec.cluster(), account, spec.priority(), spec.nodes(), spec.limitMillis());
    }

    public Job priority(int priority) {
      return of(spec.cluster(), spec.account(), priority, spec.nodes(), spec.limitMillis());
    }

    public Job nodes(int nodes) {
      return of(spec.cluster(), spec.account(), spec.priority(), nodes, spec.limitMillis());
    }

    public Job limit(long millis) {
      return of(spec.cluster(), spec.account(), spec.priority(), spec.nodes(), millis);
    }

    private Job of(String cluster, String account, int priority, int nodes, long limitMillis) {
      return new Job(
          new JobSpec(
              cluster, account, priority, nodes, limitMillis, spec.retries(), spec.specHash()));
    }

    public Job retries(int preempted, int infrastructure, int failed) {
      return new Job(
          new JobSpec(
              spec.cluster(),
              spec.account(),
              spec.priority(),
              spec.nodes(),
              spec.limitMillis(),
              new Retries(preempted, infrastructure, failed),
              spec.specHash()));
    }
  }
}
