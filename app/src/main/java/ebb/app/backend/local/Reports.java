package ebb.app.backend.local;

import ebb.kernel.protocol.Command;
import java.util.List;

/// Where the backend tells what became of things: the way into the engine.
public interface Reports {
  /// Hands over reports and returns without waiting. They are to be decided in the order in which
  /// they are sent, over all calls.
  ///
  /// `whenDurable` is run, on any thread, when the engine has decided these reports and whatever
  /// they made true is durable: refused as not expected is decided too. It returns at once. If the
  /// engine fails before, it is never run, and a backend made anew tells everything again.
  void send(List<Command.Report> reports, Runnable whenDurable);
}
