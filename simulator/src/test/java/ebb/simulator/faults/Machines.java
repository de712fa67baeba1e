package ebb.simulator.faults;

import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskReport;
import ebb.simulator.VirtualTime;
import java.util.SplittableRandom;

/// The machines of those who submit local jobs. What one says comes when it should, late, twice,
/// after the end, out of order, or never: it is a laptop, and its lid may close at any time.
final class Machines {
  private static final long REPEATED_MILLIS = 20_000;

  private final VirtualTime time;
  private final SplittableRandom random;
  private final Server server;
  private int requests;

  Machines(VirtualTime time, SplittableRandom random, Server server) {
    this.time = time;
    this.random = random;
    this.server = server;
  }

  void submit(Scope workspace, String name) {
    long limit = random.nextBoolean() ? 0 : random.nextLong(10, 900) * 1_000;
    JobSpec spec =
        new JobSpec(
            JobSpec.LOCAL, "account0", 0, random.nextInt(9) == 0 ? 2 : 1, limit, retries(), "hash");
    say(new Command.SubmitJob(workspace, name, spec, time.now()));
    Command.Wish start = new Command.ReportLocalStart(workspace, name);
    Command.Wish sending = new Command.ReportLocalSending(workspace, name);
    Command.Wish end = new Command.ReportLocalEnd(workspace, name, report());
    switch (random.nextInt(8)) {
      case 0 -> {} // dies before it has said anything
      case 1 -> after(60_000, start); // and dies then
      case 2 -> after(900_000, end); // what it said first was lost
      case 3 -> {
        after(600_000, end);
        after(600_000, start); // perhaps after the end
        after(1_200_000, new Command.ReportLocalEnd(workspace, name, report())); // another end
      }
      case 4 -> { // it has much to send, or never comes to an end of it
        after(60_000, start);
        for (int said = 0; said < 20; said++) {
          after(1_200_000, sending);
        }
        after(2_400_000, end);
      }
      default -> { // others go on until they are heard
        long began = random.nextLong(60_000);
        time.after(began, () -> insist(start, 20));
        time.after(began + random.nextLong(1, 900_000), () -> insist(end, 20));
      }
    }
  }

  private Retries retries() {
    return random.nextBoolean() ? JobSpec.DEFAULT_RETRIES : new Retries(1, 1, 1);
  }

  private TaskReport report() {
    TaskEnd[] ends = TaskEnd.values();
    TaskEnd end = random.nextInt(3) == 0 ? ends[random.nextInt(ends.length)] : TaskEnd.EXITED;
    return new TaskReport(end, random.nextInt(2), 1, 1, "");
  }

  private void after(long within, Command.Wish report) {
    time.after(random.nextLong(within), () -> say(report));
  }

  private void insist(Command.Wish report, int times) {
    boolean[] heard = {false};
    server.wish("m" + requests++, report, _ -> heard[0] = true);
    if (times > 0) {
      time.after(
          REPEATED_MILLIS,
          () -> {
            if (!heard[0]) {
              insist(report, times - 1);
            }
          });
    }
  }

  private void say(Command.Wish wish) {
    server.wish("m" + requests++, wish, _ -> {});
  }
}
