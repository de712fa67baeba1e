package ebb.simulator;

import ebb.kernel.State;
import ebb.kernel.engine.Backend;
import ebb.kernel.engine.Engine;
import ebb.kernel.engine.Journal;
import ebb.kernel.engine.JournalFailure;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Verdict;
import java.util.ArrayList;
import java.util.List;

/// The engine in virtual time: it steps when somebody asks for something, when the world reports,
/// and when it is due by its own word. Between two steps time jumps.
public final class Simulation {
  private static final Actor USER = new Actor("owner", "", "simulator");

  private final VirtualTime time;
  private final Engine engine;
  private final Engine.Answer answer;
  private List<Engine.Request> reports = new ArrayList<>();
  private List<Engine.Request> wishes = new ArrayList<>();

  /// @param journal keeps, or counts, what was decided
  public Simulation(VirtualTime time, Journal journal) {
    this.time = time;
    this.engine = new Engine(new State(), journal, (_, _) -> {}, new Honest(), Simulation::broken);
    this.answer = Simulation::mustBeAccepted;
    report(new Command.StartServer("simulator", 1, time.now(), USER.principal(), false));
  }

  private Backend backend = _ -> {};

  /// The world, which loses no report: it is asked once what there is.
  private final class Honest implements Backend {
    @Override
    public void carryOut(List<Instruction> instructions) {
      backend.carryOut(instructions);
    }

    @Override
    public long listingMillis() {
      return VirtualTime.NEVER;
    }
  }

  /// The backend reports to this simulation, so it is made after it.
  public void connect(Backend itsBackend) {
    backend = itsBackend;
  }

  private static void broken(String incident, String what, RuntimeException bug) {
    throw new IllegalStateException("incident " + incident + " while deciding " + what, bug);
  }

  private static void mustBeAccepted(Verdict verdict) {
    if (verdict instanceof Verdict.Refused(var rejection)) {
      throw new IllegalArgumentException("the simulated wish was refused: " + rejection);
    }
  }

  public void report(Command.Report report) {
    reports.add(new Engine.Do(Actor.SHELL, "", report, Engine.Answer.NOBODY));
  }

  /// A wish that must not be refused.
  public void wish(Command.Wish wish) {
    wishes.add(new Engine.Do(USER, "", wish, answer));
  }

  public State state() {
    return engine.state();
  }

  /// Lets time run until nothing will happen any more and no deadline is left.
  public void run() {
    step();
    while (Math.min(time.next(), state().nextDeadline(state().sequence())) != VirtualTime.NEVER) {
      time.advanceTo(
          Math.max(Math.min(time.next(), engine.nextDue(state().sequence())), time.now()));
      step();
    }
  }

  private void step() {
    List<Engine.Request> requests = reports;
    requests.addAll(wishes);
    reports = new ArrayList<>();
    wishes.clear();
    try {
      boolean more = engine.step(requests, time.now(), state().sequence()).more();
      while (more) {
        more = engine.step(List.of(), time.now(), state().sequence()).more();
      }
    } catch (JournalFailure failure) {
      throw new IllegalStateException("a journal in memory failed", failure);
    }
  }
}
