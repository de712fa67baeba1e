package ebb.app;

import ebb.app.cli.Ebb;
import ebb.app.cli.LogLines;
import ebb.app.cli.Serve;
import ebb.app.config.Config;
import ebb.app.loop.EngineLoop;

/// The program.
public final class Main {
  /// A bug of ours: the server stopped because its state could not be trusted any more.
  private static final int BROKEN = 70;

  /// The journal failed and could not be opened again.
  private static final int MEMORY_LOST = 74;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(Ebb.run(Main::serve, arguments));
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
    System.out.println("ebb: listens on http://127.0.0.1:" + server.port());
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
