package ebb.agent;

import ebb.agent.protocol.Answers;
import ebb.agent.protocol.Frame;
import ebb.agent.protocol.FrameKind;
import ebb.agent.protocol.Listing;
import ebb.agent.protocol.Requests;
import ebb.agent.protocol.StartVerdict;
import ebb.agent.protocol.StopVerdict;
import ebb.agent.protocol.TaskOrder;
import ebb.agent.protocol.Welcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// A server's way to ask its agent for things. Blocks; any number of threads, virtual ones too, may
/// use one client, and their requests take turns.
///
/// After an [IOException] that is no [ebb.agent.protocol.Refusal] the connection is gone and what
/// was asked may or may not have been done: connect again and ask again, for every request is
/// idempotent. The agent answers within milliseconds; one that is silent for half a minute is taken
/// for gone.
public final class AgentClient implements AutoCloseable {
  /// In one frame; 32 KB remain for each.
  private static final int ORDERS_MAX = 500;

  private final AgentHome home;
  private final String installation;
  private final AgentLine line;
  private final ReentrantLock turn = new ReentrantLock();

  private AgentClient(AgentHome home, String installation, AgentLine line) {
    this.home = home;
    this.installation = installation;
    this.line = line;
  }

  /// Connects to the agent of a home; fails if none is running there.
  public static AgentClient connect(Path home, String installation) throws IOException {
    AgentHome there = new AgentHome(home);
    return new AgentClient(there, installation, AgentLine.open(there, installation));
  }

  /// Who answered: compare `agent` before using a remembered position.
  public Welcome welcome() {
    return line.welcome();
  }

  /// Claims these tasks and has them started; the verdicts are in the orders' order. Returns when
  /// the claims are in the record, which then tells how each start went.
  public List<StartVerdict> start(List<TaskOrder> orders) throws IOException {
    List<StartVerdict> verdicts = new ArrayList<>(orders.size());
    for (int from = 0; from < orders.size(); from += ORDERS_MAX) {
      List<TaskOrder> some = orders.subList(from, Math.min(orders.size(), from + ORDERS_MAX));
      verdicts.addAll(Answers.readStarts(ask(Requests.start(some), FrameKind.STARTS)));
    }
    return verdicts;
  }

  /// Has these tasks ended, with all that descends from them. An id that was never seen gets a
  /// tombstone. Returns at once; the record tells of the ends.
  public List<StopVerdict> stop(List<String> tasks, Duration grace) throws IOException {
    return Answers.readStops(ask(new Requests.Stop(tasks, grace).frame(), FrameKind.STOPS));
  }

  /// Everything the agent knows now.
  public Listing list() throws IOException {
    return Answers.readListing(ask(Frame.empty(FrameKind.LIST), FrameKind.LISTING));
  }

  /// Says that everything up to `position` is safe with the server.
  public void acknowledge(long position) throws IOException {
    ask(Requests.position(FrameKind.ACKNOWLEDGE, position), FrameKind.DONE);
  }

  /// Says that these ids will never be asked for again. Returns those that are kept all the same:
  /// they live, or their end is not acknowledged. Until an id is forgotten it cannot be started
  /// anew, and the agent takes no more than 100,000 of them.
  public List<String> forget(Collection<String> tasks) throws IOException {
    return Requests.readTasks(
        ask(Requests.tasks(FrameKind.FORGET, tasks), FrameKind.NOT_FORGOTTEN));
  }

  /// Ends the agent. With `stopTasks` every task is ended first, each with its own grace, and
  /// called lost; otherwise a living one makes it a refusal.
  public void shutdown(boolean stopTasks) throws IOException {
    turn.lock();
    try {
      line.askPatiently(Requests.shutdown(stopTasks), FrameKind.DONE);
    } finally {
      turn.unlock();
    }
  }

  /// Streams the entries after a position, over a connection of its own. Zero is the beginning.
  public AgentFollower follow(long after) throws IOException {
    return new AgentFollower(AgentLine.open(home, installation), after);
  }

  private Frame ask(Frame request, FrameKind answer) throws IOException {
    turn.lock();
    try {
      return line.ask(request, answer);
    } finally {
      turn.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    line.close();
  }
}
