import ebb.agent.AgentClient;
import ebb.agent.AgentFollower;
import ebb.agent.AgentLauncher;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.RecordEntry;
import ebb.agent.protocol.TaskOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How many no-op tasks a second an agent starts and reports the end of, measured from a client: from
/// the request to the last exit that came over the socket. `SpawnRate COUNT [BATCH]`.
final class SpawnRate {
  private SpawnRate() {}

  public static void main(String[] arguments) throws Exception {
    int count = Integer.parseInt(arguments[0]);
    int batch = arguments.length > 1 ? Integer.parseInt(arguments[1]) : count;
    Path home = Files.createTempDirectory("ebb-bench");
    try (AgentClient client =
            AgentLauncher.connectOrStart(home, "bench", Duration.ofSeconds(30));
        AgentFollower follower = client.follow(0)) {
      int warm = Math.min(2_000, count);
      measure(client, follower, home, "warm", warm, batch);
      long before = processorMicros(client.welcome().pid());
      double rate = measure(client, follower, home, "task", count, batch);
      long used = processorMicros(client.welcome().pid()) - before;
      System.out.printf("%.0f/s, %d us of processor each%n", rate, used / count);
      client.shutdown(true);
    }
  }

  /// What the agent and its reaped children have used: fields 14 to 17 of stat, in ticks of 10 ms.
  private static long processorMicros(int pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = 0;
    for (int field = 11; field <= 14; field++) {
      ticks += Long.parseLong(fields[field]);
    }
    return ticks * 10_000;
  }

  private static double measure(
      AgentClient client, AgentFollower follower, Path home, String name, int count, int batch)
      throws IOException {
    long begin = System.nanoTime();
    int ended = 0;
    for (int first = 0; first < count; first += batch) {
      List<TaskOrder> orders = new ArrayList<>();
      for (int i = first; i < Math.min(count, first + batch); i++) {
        orders.add(order(home, name + "-" + i));
      }
      client.start(orders);
      while (ended < first + orders.size()) {
        for (RecordEntry entry : follower.next()) {
          if (entry.fact() instanceof Fact.Refused(String why)) {
            throw new IOException(why);
          }
          ended += entry.fact().isEnd() ? 1 : 0;
        }
      }
    }
    return count / ((System.nanoTime() - begin) / 1e9);
  }

  private static TaskOrder order(Path home, String task) {
    return new TaskOrder(
        task,
        List.of("/bin/true"),
        Map.of("PATH", "/usr/bin:/bin"),
        home,
        new TaskOrder.Output(home.resolve(task + ".out"), home.resolve(task + ".err"), 1_000_000),
        Duration.ZERO,
        Duration.ofSeconds(5));
  }
}
