package ebb.app;

import ebb.app.backend.local.TaskUsers;
import ebb.app.cli.Ebb;
import ebb.app.cli.JournalCommand;
import ebb.app.cli.LogLines;
import ebb.app.cli.Serve;
import ebb.app.config.Config;
import ebb.app.journal.ChainProof;
import ebb.app.journal.StoreRefused;
import ebb.app.loop.EngineLoop;
import ebb.app.submitter.SubmitterMachine;
import java.nio.file.Path;

/// The program.
public final class Main {
  /// A bug of ours: the server stopped because its state could not be trusted any more.
  private static final int BROKEN = 70;

  /// The journal failed and could not be opened again.
  private static final int MEMORY_LOST = 74;

  /// `ebb journal prove` found a batch that does not follow the one before it.
  private static final int CHAIN_BROKEN = 1;

  private Main() {}

  public static void main(String[] arguments) {
    int code =
        Ebb.run(
            new Ebb.Parts(Main::serve, Main::prove, SubmitterMachine::at, TaskUsers::giveUp),
            arguments);
    if (code != 0) {
      System.exit(code);
    }
    // Nothing that a command began is waited for. To say "exit 0" would take 20 ms longer: the JDK
    // starts its logging to log that.
  }

  private static int serve(Config config, Serve.Options options) {
    LogLines.install();
    Server server;
    try {
      server = Server.start(config, options);
    } catch (ServerRefused refused) {
      System.err.println("ebb: " + refused.getMessage());
      return Serve.UNUSABLE;
    }
    for (String finding : server.findings()) {
      System.out.println("ebb: " + finding);
    }
    System.out.println("ebb: listens on " + server.address());
    Thread stopping = new Thread(() -> stopAndHalt(server), "stop");
    Runtime.getRuntime().addShutdownHook(stopping);
    EngineLoop.End end = awaitEnd(server);
    if (end == EngineLoop.End.STOPPED) {
      return 0; // the hook is at work and ends the program
    }
    Runtime.getRuntime().removeShutdownHook(stopping);
    server.stop();
    return end == EngineLoop.End.BROKEN ? BROKEN : MEMORY_LOST;
  }

  /// Proves a part of a home's journal.
  private static int prove(Path home, long from, long to) {
    ChainProof proof;
    try {
      proof = ChainProof.of(home, from, to == JournalCommand.NEWEST ? ChainProof.END : to);
    } catch (StoreRefused refused) {
      System.err.println("ebb: " + refused.getMessage());
      return Serve.UNUSABLE;
    }
    System.out.println("events " + proof.from() + " to " + proof.to());
    System.out.println("batches " + proof.batches());
    System.out.println("after " + proof.before());
    System.out.println("digest " + proof.digest());
    if (proof.broken() == null) {
      return 0;
    }
    System.err.println(
        "ebb: the chain is broken at event %d: %s. What is said above is proven up to there; put back a backup of the whole home."
            .formatted(proof.to() + 1, proof.broken()));
    return CHAIN_BROKEN;
  }

  private static EngineLoop.End awaitEnd(Server server) {
    try {
      return server.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return EngineLoop.End.STOPPED;
    }
  }

  /// On SIGTERM or Ctrl-C. To have been asked to stop is no error.
  private static void stopAndHalt(Server server) {
    server.stop();
    System.out.println("ebb: stopped; jobs go on and are found again at the next start");
    Runtime.getRuntime().halt(0);
  }
}
