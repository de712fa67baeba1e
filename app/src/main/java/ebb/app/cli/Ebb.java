package ebb.app.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The program's commands.
@Command(
    name = "ebb",
    mixinStandardHelpOptions = true,
    version = "ebb 0.1.0",
    description = "Clusters that grow when there is work and shrink to nothing when there is none.",
    subcommands = Ml.class)
public final class Ebb implements Runnable {
  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /// Runs the command in `arguments` and returns the exit code.
  public static int run(Serve.Server server, JournalCommand.Journal journal, String... arguments) {
    CommandLine line = new CommandLine(new Ebb());
    line.addSubcommand(new Serve(server));
    line.addSubcommand(JournalCommand.line(journal));
    People.verbs().forEach(line::addSubcommand);
    line.setExecutionExceptionHandler(Ebb::tell);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line.execute(arguments);
  }

  /// An error is one line with its code and the way out; anything else is a bug, and shown whole.
  private static int tell(Exception error, CommandLine line, CommandLine.ParseResult typed)
      throws Exception {
    if (error instanceof Failed failed) {
      System.err.println(failed.line());
      return failed.exitCode();
    }
    throw error;
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(System.out);
    }
  }
}
