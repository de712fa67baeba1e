package ebb.simulator.faults;

import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.LockLevel;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Serverless;
import ebb.kernel.protocol.Settings;
import ebb.simulator.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// What people ask for while the world falls apart: clusters, jobs, cancels, other words about
/// jobs, deletions, locks, limits, and nonsense.
final class Users {
  private static final long ASKED_AGAIN_MILLIS = 15_000;

  private record Place(Scope workspace, String cluster) {}

  private final VirtualTime time;
  private final SplittableRandom random;
  private final Server server;
  private final Settings settings;
  private final Machines machines;
  private final List<Place> made = new ArrayList<>();
  private int requests;
  private int jobs;

  Users(VirtualTime time, SplittableRandom random, Server server) {
    this.time = time;
    this.random = random;
    this.server = server;
    this.settings = Places.settings(random);
    this.machines = new Machines(time, random.split(), server);
  }

  private void wish(Command.Wish wish) {
    server.wish("r" + requests++, wish, _ -> {});
  }

  /// Asks for one after the other, each again and again until it is answered.
  void insist(List<Command.Wish> wishes, Runnable then) {
    if (wishes.isEmpty()) {
      then.run();
      return;
    }
    boolean[] heard = {false};
    insistOn(
        wishes.getFirst(),
        heard,
        () -> time.after(1, () -> insist(wishes.subList(1, wishes.size()), then)));
  }

  private void insistOn(Command.Wish wish, boolean[] heard, Runnable then) {
    if (heard[0]) {
      return;
    }
    server.wish(
        "r" + requests++,
        wish,
        _ -> {
          if (!heard[0]) {
            heard[0] = true;
            then.run();
          }
        });
    time.after(ASKED_AGAIN_MILLIS, () -> insistOn(wish, heard, then));
  }

  /// What has to be there before anything can go wrong with it.
  List<Command.Wish> setUp() {
    List<Command.Wish> wishes = new ArrayList<>();
    wishes.add(new Command.ChangeSettings(settings));
    wishes.add(new Command.ChangeSizes(Places.SIZES));
    if (random.nextInt(4) > 0) {
      wishes.add(new Command.ChangePrices("USD", Places.prices(random)));
    }
    for (Scope workspace : Places.WORKSPACES) {
      wishes.add(new Command.PutWorkspace(workspace, Places.LOCATION, Places.TAGS));
    }
    wishes.add(new Command.PutGroup(Places.SPARE_GROUP, Places.LOCATION, Places.TAGS));
    int clusters = random.nextInt(1, 4);
    for (int i = 0; i < clusters; i++) {
      Place place = new Place(workspace(), Places.CLUSTERS.get(i));
      made.add(place);
      wishes.add(
          new Command.PutCluster(place.workspace(), place.cluster(), Places.cluster(random)));
    }
    return wishes;
  }

  /// What is taken away so that everything can end: locks, limits, full machines.
  List<Command.Wish> heal() {
    List<Command.Wish> wishes = new ArrayList<>();
    wishes.add(new Command.ChangeSettings(settings));
    for (Scope workspace : Places.WORKSPACES) {
      wishes.add(new Command.DeleteLock(workspace, "lock"));
    }
    wishes.add(new Command.DeleteLock(Places.WORKSPACES.getFirst().ofSubscription(), "lock"));
    wishes.add(new Command.DeleteGroup(Places.SPARE_GROUP));
    for (QuotaKey key : Places.QUOTAS) {
      wishes.add(new Command.SetQuota(key, 10_000));
    }
    server.report(new Command.HostFound(Host.UNBOUNDED));
    server.report(new Command.StorageMeasured(100, 10));
    return wishes;
  }

  /// Lets every cluster shrink to nothing.
  List<Command.Wish> empty() {
    List<Command.Wish> wishes = new ArrayList<>();
    for (Scope workspace : Places.WORKSPACES) {
      for (String cluster : Places.CLUSTERS) {
        wishes.add(new Command.ScaleCluster(workspace, cluster, 0, -1, -1));
      }
    }
    return wishes;
  }

  /// Spreads `count` jobs and as many other wishes as the chaos allows over the time to come.
  void actWithin(long millis, int count, Chaos chaos) {
    for (int i = 0; i < count; i++) {
      time.after(random.nextLong(millis), this::submit);
    }
    int others = random.nextInt(4, 24);
    for (int i = 0; i < others; i++) {
      time.after(random.nextLong(millis), this::actOnAJobOrCluster);
    }
    int laws = chaos.governed() ? random.nextInt(2, 14) : 0;
    for (int i = 0; i < laws; i++) {
      time.after(random.nextLong(millis), this::govern);
    }
  }

  /// Mostly where there was a cluster from the start.
  private Place place() {
    return random.nextInt(8) == 0
        ? new Place(workspace(), cluster())
        : made.get(random.nextInt(made.size()));
  }

  private Scope workspace() {
    return Places.WORKSPACES.get(random.nextInt(5) == 0 ? 1 : 0);
  }

  private String cluster() {
    return Places.CLUSTERS.get(random.nextInt(Places.CLUSTERS.size()));
  }

  private void submit() {
    if (random.nextInt(8) == 0) {
      machines.submit(workspace(), "job" + jobs++);
      return;
    }
    Place place = place();
    int nodes = random.nextInt(3) == 0 ? random.nextInt(1, 5) : 1;
    long limit = random.nextBoolean() ? 0 : random.nextLong(10, 1_500) * 1_000;
    Retries retries =
        random.nextBoolean()
            ? JobSpec.DEFAULT_RETRIES
            : new Retries(random.nextInt(4), random.nextInt(4), random.nextInt(3));
    Serverless serverless = random.nextInt(8) == 0 ? Places.serverless(random) : null;
    JobSpec spec =
        new JobSpec(
            serverless == null ? place.cluster() : serverless.cluster(),
            "account" + random.nextInt(3),
            random.nextInt(4) == 0 ? random.nextInt(-5, 6) : 0,
            nodes,
            limit,
            retries,
            "hash");
    Command.SubmitJob submit =
        new Command.SubmitJob(place.workspace(), "job" + jobs++, spec, serverless, time.now());
    wish(submit);
    if (random.nextInt(5) == 0) {
      time.after(random.nextLong(60_000), () -> wish(submit));
    }
  }

  private void actOnAJobOrCluster() {
    Place place = place();
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> {
        String job = "job" + random.nextInt(Math.max(1, jobs));
        wish(new Command.CancelJob(place.workspace(), job));
        Description other = new Description("words" + requests, requests % 2 == 0);
        wish(new Command.DescribeJob(place.workspace(), job, JobId.NONE, other));
        wish(new Command.DeleteJob(place.workspace(), job, JobId.NONE));
      }
      case 4, 5 ->
          wish(new Command.PutCluster(place.workspace(), place.cluster(), Places.cluster(random)));
      case 6, 7 -> scale(place);
      case 8 -> wish(new Command.DeleteCluster(place.workspace(), place.cluster()));
      default -> nonsense(); // one in ten
    }
  }

  private void scale(Place place) {
    int max = random.nextInt(-1, 7);
    int min = random.nextInt(3) == 0 ? random.nextInt(-1, 3) : 0;
    long idle = random.nextBoolean() ? -1 : random.nextLong(0, 300) * 1_000;
    wish(new Command.ScaleCluster(place.workspace(), place.cluster(), min, max, idle));
  }

  private void nonsense() {
    switch (random.nextInt(4)) {
      case 0 -> wish(new Command.ScaleCluster(workspace(), "nowhere", 7, 3, -9));
      case 1 ->
          wish(
              new Command.SubmitJob(
                  workspace(),
                  "bad name!",
                  new JobSpec(cluster(), "", 9_999, -3, -1, Retries.NONE, ""),
                  time.now()));
      case 2 ->
          wish(
              new Command.PutCluster(
                  workspace(),
                  cluster(),
                  new ClusterSpec(
                      "Standard_Nothing",
                      Places.cluster(random).priority(),
                      5,
                      2,
                      -7,
                      "",
                      true,
                      List.of())));
      default -> wish(new Command.SetQuota(Places.QUOTAS.getFirst(), -1)); // the fourth
    }
  }

  private void govern() {
    Scope where = random.nextInt(4) == 0 ? workspace().ofSubscription() : workspace();
    switch (random.nextInt(11)) {
      case 0, 1 -> wish(new Command.PutLock(new Lock(where, "lock", level())));
      case 2, 3 -> wish(new Command.DeleteLock(where, "lock"));
      case 4, 5 ->
          wish(
              new Command.SetQuota(
                  Places.QUOTAS.get(random.nextInt(Places.QUOTAS.size())), random.nextInt(40)));
      case 6 -> wish(new Command.ChangeSettings(Places.settings(random)));
      case 7 ->
          wish(new Command.ChangePrices(requests % 4 == 0 ? "EUR" : "USD", Places.prices(random)));
      case 8 ->
          server.report(
              new Command.HostFound(
                  new Host(
                      random.nextInt(40),
                      200_000,
                      random.nextInt(3),
                      random.nextBoolean(),
                      Places.isolation(random))));
      case 9 -> server.report(new Command.StorageMeasured(random.nextInt(20), 10));
      default -> // one in eleven
          wish(new Command.DeleteWorkspace(Places.WORKSPACES.get(random.nextInt(4) == 0 ? 0 : 1)));
    }
  }

  private LockLevel level() {
    return random.nextBoolean() ? LockLevel.CANNOT_DELETE : LockLevel.READ_ONLY;
  }
}
