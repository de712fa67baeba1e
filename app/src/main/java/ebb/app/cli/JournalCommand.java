package ebb.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `ebb journal`: what can be asked of a home's journal itself, whether or not a server runs on it.
@Command(
    name = "journal",
    mixinStandardHelpOptions = true,
    description = "Looks into the journal of a home, also while no server runs.")
public final class JournalCommand implements Runnable {
  /// The journal's events have a number from 1 on; to the newest.
  public static final long NEWEST = Long.MAX_VALUE;

  /// Who can read a journal.
  public interface Journal {
    /// Proves the events from one to another, says what it found, and answers the exit code.
    int prove(Path home, long from, long to);
  }

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  private JournalCommand() {}

  static CommandLine line(Journal journal) {
    return new CommandLine(new JournalCommand()).addSubcommand(new Prove(journal));
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(System.out);
    }
  }

  @Command(
      name = "prove",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Proves that nothing was left out of a part of the journal, added or changed: each batch holds",
        "the hash of the one before it. Prints the range, the number of batches and the digest that",
        "stands for all of it. Ends with 1 and the first bad batch if the chain is broken."
      })
  static final class Prove implements Callable<Integer> {
    private final Journal journal;

    Prove(Journal journal) {
      this.journal = journal;
    }

    @Option(
        names = "--home",
        paramLabel = "DIR",
        description = "The server's home (default: ~/.ebb, or EBB_HOME).")
    private @Nullable Path home;

    @Option(names = "--from", paramLabel = "N", description = "From this event on (default: 1).")
    private long from = 1;

    @Option(names = "--to", paramLabel = "M", description = "To this event (default: the newest).")
    private long to = NEWEST;

    @Override
    public Integer call() {
      return journal.prove(home == null ? Serve.defaultHome() : home, from, to);
    }
  }
}
