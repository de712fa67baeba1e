package ebb.kernel.engine;

import ebb.kernel.DecisionFailed;
import ebb.kernel.Kernel;
import ebb.kernel.State;
import ebb.kernel.Sweep;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Order;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Verdict;
import java.util.ArrayList;
import java.util.List;

/// The step. One thread, one batch in flight: decide each command and apply its events at once, let
/// policy speak until it has nothing to say, append once, and only then publish, answer and hand
/// over work.
///
/// Everything that drives the kernel drives it through here: the server, the simulator, the fault
/// test.
public final class Engine {
  /// A step ends when it has this many events; policy goes on in the next. Bounds both the pause
  /// that readers of the state see and the size of a row in the journal.
  private static final int EVENTS_IN_A_STEP = 4_096;

  private static final int REJECTION_LENGTH = 500;

  /// What somebody asks of the engine.
  public sealed interface Request {}

  /// A command with who sent it. The engine stamps the time.
  public record Do(Actor actor, String requestId, Command command, Answer answer)
      implements Request {}

  /// What a wish would be told. It is not done; that it was refused is kept as of any other.
  public record Judge(Actor actor, String requestId, Command.Wish wish, Answer answer)
      implements Request {}

  /// A look at the state between two decisions, answered after the step like everything else.
  public record Ask(Question question) implements Request {}

  /// How a command is answered.
  public interface Answer {
    Answer NOBODY = _ -> {};

    void give(Verdict verdict);
  }

  /// Reads the state on the engine's thread, and returns what is to be done with what it saw once
  /// the step is durable.
  public interface Question {
    Runnable ask(State state, long now);
  }

  /// Where bugs are told of: the incident's name, what was being decided, and the throw.
  public interface Incidents {
    void report(String incident, String what, RuntimeException bug);
  }

  /// The step's outcome for whoever drives the engine.
  ///
  /// @param more whether policy has more to say at once
  public record Stepped(int events, boolean more) {}

  private final State state;
  private final Journal journal;
  private final Publisher publisher;
  private final Dispatcher dispatcher;
  private final Backend backend;
  private final Incidents incidents;

  private List<Envelope> envelopes = new ArrayList<>();
  private final List<Runnable> answers = new ArrayList<>();
  private int events;
  private long incidentCount;

  public Engine(
      State state, Journal journal, Publisher publisher, Backend backend, Incidents incidents) {
    this.state = state;
    this.journal = journal;
    this.publisher = publisher;
    this.backend = backend;
    this.incidents = incidents;
    this.dispatcher = new Dispatcher(backend.listingMillis());
  }

  /// Takes the requests, in order: the caller puts reports of backends before wishes of users.
  ///
  /// @throws JournalFailure if the batch may not be durable: nothing was answered, and this engine
  ///   and its state are to be thrown away
  public Stepped step(List<Request> requests, long now, long historyReached) throws JournalFailure {
    envelopes = new ArrayList<>();
    answers.clear();
    events = 0;
    long firstSequence = state.sequence() + 1;
    for (Request request : requests) {
      take(request, now);
    }
    boolean more = letPolicySpeak(new Kernel.Moment(now, historyReached));
    if (events > 0) {
      Batch batch = new Batch(state.epoch(), firstSequence, events, now, envelopes);
      journal.append(batch);
      publisher.publish(state, batch);
      state.touched().clear();
    }
    answers.forEach(Runnable::run);
    List<Backend.Instruction> instructions = dispatcher.due(state, now);
    if (!instructions.isEmpty()) {
      backend.carryOut(instructions);
    }
    return new Stepped(events, more);
  }

  private void take(Request request, long now) {
    switch (request) {
      case Do doing -> {
        Verdict verdict = decide(doing, now);
        if (!doing.answer().equals(Answer.NOBODY)) {
          answers.add(() -> doing.answer().give(verdict));
        }
      }
      case Judge judge -> {
        Order order = new Order(now, judge.actor(), judge.requestId(), judge.wish());
        Verdict verdict = judged(order, true);
        answers.add(() -> judge.answer().give(verdict));
      }
      case Ask ask -> answers.add(ask.question().ask(state, now));
    }
  }

  private Verdict decide(Do doing, long now) {
    Order order = new Order(now, doing.actor(), doing.requestId(), doing.command());
    Verdict verdict = judged(order, false);
    if (verdict instanceof Verdict.Accepted(List<Event> decided)) {
      make(order, decided);
    }
    if (doing.command() instanceof Command.BackendListed listing) {
      for (Command.Report absence : absences(listing)) {
        decide(new Do(doing.actor(), doing.requestId(), absence, Answer.NOBODY), now);
      }
    }
    return verdict;
  }

  /// Changes nothing but that a refusal is remembered.
  ///
  /// @param isOnlyAsked a name that is taken then is no refusal: whoever submits is told by what
  private Verdict judged(Order order, boolean isOnlyAsked) {
    try {
      Verdict verdict = Kernel.decide(state, order);
      if (verdict instanceof Verdict.Refused(Rejection rejection)
          && !(isOnlyAsked && rejection instanceof Rejection.NameTaken)) {
        remember(order, rejection);
      }
      return verdict;
    } catch (RuntimeException bug) {
      String incident = incident();
      incidents.report(incident, order.command().getClass().getSimpleName(), bug);
      return Verdict.refused(new Rejection.Broken(incident));
    }
  }

  private List<Command.Report> absences(Command.BackendListed listing) {
    try {
      return Sweep.absences(state, listing);
    } catch (RuntimeException bug) {
      incidents.report(incident(), "absences in a listing", bug);
      return List.of();
    }
  }

  private String incident() {
    return state.epoch() + "-" + state.sequence() + "-" + ++incidentCount;
  }

  private void make(Order order, List<Event> decided) {
    if (decided.isEmpty()) {
      return;
    }
    long observed = order.command() instanceof Command.Report report ? report.observed() : 0;
    String cause = order.command().getClass().getSimpleName();
    apply(new Envelope(order.at(), observed, order.actor(), order.requestId(), cause, decided));
  }

  /// What was refused is kept for later questions: numbers, not payload. Refusals that only ask the
  /// sender to come again are not worth a row each time that it does, see decision 0030.
  private void remember(Order order, Rejection rejection) {
    boolean worthKeeping =
        order.command() instanceof Command.Wish
            && !state.storage().low() // what is left of the disk is for ends, stops and releases
            && !(rejection instanceof Rejection.NameCheckTooOld)
            && !(rejection instanceof Rejection.TooMany)
            && !(rejection instanceof Rejection.StorageLow);
    if (worthKeeping && order.command() instanceof Command.Wish wish) {
      String numbers = rejection + asked(wish);
      make(
          order,
          List.of(
              new Event.CommandRefused(
                  wish.getClass().getSimpleName(),
                  Kernel.scope(wish).path(),
                  nameOf(wish),
                  rejection.getClass().getSimpleName(),
                  numbers.substring(0, Math.min(numbers.length(), REJECTION_LENGTH)))));
    }
  }

  /// The numbers that a refused submission asked for.
  private static String asked(Command.Wish wish) {
    return wish instanceof Command.SubmitJob submit ? ", asked " + submit.spec().withHash("") : "";
  }

  private static String nameOf(Command.Wish wish) {
    return switch (wish) {
      case Command.SubmitJob submit -> submit.name();
      case Command.CancelJob cancel -> cancel.name();
      case Command.DeleteJob delete -> delete.name();
      case Command.DescribeJob describe -> describe.name();
      case Command.ReportLocalStart report -> report.name();
      case Command.ReportLocalSending report -> report.name();
      case Command.ReportLocalEnd report -> report.name();
      default -> ""; // the scope names what the others are about
    };
  }

  private boolean letPolicySpeak(Kernel.Moment moment) {
    while (events < EVENTS_IN_A_STEP) {
      @Nullable Envelope decision;
      try {
        decision = Kernel.next(state, moment);
      } catch (DecisionFailed failed) {
        quarantine(failed, moment.now());
        continue;
      }
      if (decision == null) {
        return false;
      }
      apply(decision);
    }
    return true;
  }

  private void quarantine(DecisionFailed failed, long now) {
    String incident = incident();
    incidents.report(incident, failed.thing().toString(), failed);
    decide(
        new Do(
            Actor.KERNEL, "", new Command.QuarantineThing(failed.thing(), incident), Answer.NOBODY),
        now);
  }

  private void apply(Envelope envelope) {
    Kernel.apply(state, envelope);
    envelopes.add(envelope);
    events += envelope.events().size();
  }

  /// When the engine should step again though nobody asks: a deadline of the kernel, or something
  /// to tell again.
  public long nextDue(long historyReached) {
    return Math.min(state.nextDeadline(historyReached), dispatcher.nextDue(state));
  }

  public State state() {
    return state;
  }
}
