package ebb.app.bench;

import java.nio.file.Path;

/// `bench/kills N`: a real server, a real agent and real processes; N times `kill -9` of the
/// server, then N times of the agent, at random moments; then everything is compared with what the
/// processes wrote themselves.
final class Kills {
  private Kills() {}

  public static void main(String[] arguments) throws Exception {
    int kills = Integer.parseInt(arguments[0]);
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime() % 1_000_000;
    Workbench workbench = Workbench.open(false, false);
    Workbench.say("%s", Machine.describe());
    Workbench.say("seed %d; homes and what the jobs wrote are in %s", seed, workbench.scratch());
    int server = run(workbench, KillRun.Victim.SERVER, kills, seed);
    int agent = run(workbench, KillRun.Victim.AGENT, kills, seed + 1);
    Workbench.say("server: %d kills, %d failed", kills, server);
    Workbench.say("agent: %d kills, %d failed", kills, agent);
    if (server + agent == 0) {
      workbench.clear();
    } else {
      Workbench.say(
          "kept for inspection: %s; again with: bench/kills %d %d",
          workbench.scratch(), kills, seed);
    }
    Workbench.say("%d kills, %d failed", 2 * kills, server + agent);
    System.exit(server + agent == 0 ? 0 : 1);
  }

  private static int run(Workbench workbench, KillRun.Victim victim, int kills, long seed)
      throws InterruptedException {
    Path home = workbench.home(victim.name().toLowerCase(java.util.Locale.ROOT));
    try (KillRun run = new KillRun(workbench, home, victim, kills, seed)) {
      return run.run();
    } catch (Exception failure) {
      // What could not be carried on with counts as the kill that it happened after.
      Workbench.say("FAILED, %s kills: %s", victim, failure);
      return 1;
    }
  }
}
