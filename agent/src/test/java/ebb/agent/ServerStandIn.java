package ebb.agent;

import ebb.agent.protocol.TaskOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A program that starts one task and stays until it is killed, in place of a server.
final class ServerStandIn {
  private ServerStandIn() {}

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    String task = arguments[2];
    AgentClient client =
        AgentLauncher.connectOrStart(home, RunningAgent.INSTALLATION, RunningAgent.PATIENCE);
    client.start(
        List.of(
            new TaskOrder(
                task,
                List.of("/bin/sh", "-c", arguments[3]),
                Map.of("PATH", "/usr/bin:/bin"),
                home,
                new TaskOrder.Output(
                    home.resolve(task + ".out"), home.resolve(task + ".err"), 1_000_000),
                Duration.ZERO,
                Duration.ofMillis(500))));
    Files.writeString(home.resolve("server.up"), "up\n");
    Thread.sleep(Duration.ofMinutes(1));
  }
}
