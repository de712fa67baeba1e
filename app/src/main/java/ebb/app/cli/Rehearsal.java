package ebb.app.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `ebb rehearse`: serves a home and types what people type most, all in this one JVM. A build does
/// it once and keeps the classes that it loaded in an archive, from which every later start reads
/// them.
@Command(name = "rehearse", hidden = true)
final class Rehearsal implements Callable<Integer> {
  /// Not one job: a build leaves nothing behind that runs.
  private static final List<String> LINES =
      List.of(
          "--help",
          "ml compute create -n cpu --size Standard_D2s_v3 --max-instances 2",
          "ml compute list -o table",
          "ml compute show -n cpu",
          "ml compute show -n nothing",
          "run --yaml -- true",
          "ps",
          "why cpu",
          "cost",
          "");

  /// A slow machine at work on something else; a build waits no longer.
  private static final long READY_MILLIS = 60_000;

  private static final long POLL_MILLIS = 50;

  /// Runs a line as if somebody had typed it, and answers its exit code.
  interface Typing {
    int type(String... words);
  }

  private final Typing typing;

  Rehearsal(Typing typing) {
    this.typing = typing;
  }

  @Option(names = "--home", required = true, description = "A home that is thrown away afterwards.")
  private Path home = Path.of("");

  @Override
  public Integer call() throws InterruptedException {
    String place = home.toString();
    Thread.ofPlatform()
        .daemon()
        .start(() ->
            typing.type("serve", "--home", place, "--port", "0", "--set", "host.personal=true"));
    OwnServer server = new OwnServer(home);
    long until = System.currentTimeMillis() + READY_MILLIS;
    while (server.running() == null) {
      if (System.currentTimeMillis() > until) {
        throw Failed.refused("ServerNotStarted", "the server to rehearse with is not there.");
      }
      Thread.sleep(POLL_MILLIS);
    }
    for (String line : LINES) {
      typing.type((line + " --home " + place).strip().split(" "));
    }
    // The server has threads of its own: only this ends them.
    System.exit(0);
    return 0;
  }
}
