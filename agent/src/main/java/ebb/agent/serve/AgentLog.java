package ebb.agent.serve;

import java.io.PrintStream;
import java.time.InstantSource;

/// Few words for the operator: starts, ends and what went wrong. Never an argument or a variable of
/// a task, for those may be secrets.
public final class AgentLog {
  private final PrintStream out;
  private final InstantSource clock;

  public AgentLog(PrintStream out, InstantSource clock) {
    this.out = out;
    this.clock = clock;
  }

  public void say(String sentence) {
    out.println(clock.instant() + " " + sentence);
    out.flush();
  }
}
