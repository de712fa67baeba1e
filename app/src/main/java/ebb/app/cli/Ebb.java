package ebb.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/// The program's commands; alone it says how things stand.
@Command(
    name = "ebb",
    mixinStandardHelpOptions = true,
    version = "ebb 0.1.0",
    description = {
      "Clusters that grow when there is work and shrink to nothing when there is none.",
      "Without a command: what runs, what waits and why, and what it costs."
    })
@CommandTree.Below({
  Ml.class,
  SecretCommand.class,
  IncidentCommand.class,
  Configure.class,
  Completion.class
})
public final class Ebb implements Runnable {
  /// What is said of each kind of trouble: more hides what matters.
  private static final int TOLD = 3;

  @Mixin private Place place = new Place();
  @Mixin private AzLine az = new AzLine();

  /// What commands need that is no client's.
  public record Parts(
      Serve.Server server,
      JournalCommand.Journal journal,
      LocalKeeper.Machines machines,
      Removed removed) {}

  /// Lets go of what the machine keeps for a home that is no more.
  public interface Removed {
    void of(Path home) throws IOException;
  }

  /// Runs the command in `arguments` and returns the exit code.
  public static int run(Parts parts, String... arguments) {
    CommandLine line = line(parts, List.of(arguments));
    return line.execute(Place.behindTheVerb(line, arguments));
  }

  /// All commands, with the options of those that are among the words.
  static CommandLine line(Parts parts, List<String> words) {
    CommandTree tree = new CommandTree(words);
    CommandLine line = tree.line(new Ebb());
    tree.add(line, Serve.class, () -> tree.line(new Serve(parts.server())));
    tree.add(line, JournalCommand.class, () -> JournalCommand.line(parts.journal()));
    tree.add(line, LocalKeeper.class, () -> tree.line(new LocalKeeper(parts.machines())));
    tree.add(
        line, Demo.class, () -> tree.line(new Demo(typed -> run(parts, typed), parts.removed())));
    tree.add(line, Rehearsal.class, () -> tree.line(new Rehearsal(typed -> run(parts, typed))));
    People.VERBS.forEach(verb -> tree.add(line, verb));
    Limits.COMMANDS.forEach(command -> tree.add(line, command));
    line.setExecutionExceptionHandler(Ebb::tell);
    line.setParameterExceptionHandler(Ebb::tell);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.registerConverter(Path.class, Ebb::path);
    return line;
  }

  /// Java takes an empty path for the current folder; who types one has a variable that is not set.
  private static Path path(String typed) {
    if (typed.isEmpty()) {
      throw new CommandLine.TypeConversionException("a path is missing: is a variable not set?");
    }
    return Path.of(typed);
  }

  /// An error is one line with its code and the way out. Anything else is a bug: one line too, and
  /// whole for those who ask for more, and in the logs of processes that nobody looks at.
  private static int tell(Exception error, CommandLine line, CommandLine.ParseResult typed)
      throws Exception {
    if (error instanceof Failed failed) {
      System.err.println(failed.line());
      return failed.exitCode();
    }
    Object command = line.getCommand();
    if (command instanceof Serve || command instanceof LocalKeeper) {
      throw error;
    }
    StackTraceElement[] at = error.getStackTrace();
    System.err.printf(
        "ebb: InternalError: %s%s: this is a mistake of ebb's own%s.%n",
        error.toString().lines().findFirst().orElse(""),
        at.length == 0 ? "" : " (" + at[0] + ")",
        line.getCommandSpec().findOption("--debug") == null ? "" : "; --debug shows all of it");
    if (typed.originalArgs().contains("--debug")) {
      error.printStackTrace();
    }
    return Failed.REFUSED;
  }

  /// A line that cannot be read: what is wrong with it, what may have been meant, and where to
  /// look.
  private static int tell(CommandLine.ParameterException unfit, String[] typed) {
    CommandLine line = unfit.getCommandLine();
    String notHere =
        unfit instanceof CommandLine.UnmatchedArgumentException unmatched
            ? NotHere.verb(line, unmatched.getUnmatched())
            : null;
    if (notHere != null) {
      System.err.println("ebb: InvalidRequest: " + notHere + ".");
      return Failed.UNREADABLE;
    }
    // picocli calls the values of a map so.
    String said = String.valueOf(unfit.getMessage()).replace("option option ", "option ");
    System.err.println("ebb: InvalidRequest: " + said);
    CommandLine.UnmatchedArgumentException.printSuggestions(unfit, line.getErr());
    System.err.println("See '" + line.getCommandSpec().qualifiedName() + " --help'.");
    return Failed.UNREADABLE;
  }

  @Override
  public void run() {
    az.refuses("'az ml compute list' and 'az ml job list' have what it shows");
    Connection connection = Connection.to(place);
    Standing standing = Standing.of(connection);
    System.out.print(standing.warning());
    System.out.println(
        Terminal.Colour.BOLD.of(Table.wrapped(standing.line(), "  ", Terminal.width())));
    List<JsonNode> waiting = standing.live().stream().filter(Standing::isWaiting).toList();
    for (JsonNode job : waiting.subList(0, Math.min(TOLD, waiting.size()))) {
      String name = job.path("name").asString();
      say(name + " waits: " + Top.shortened(standing.why(job)), "ebb why " + name);
    }
    for (JsonNode job : standing.failed(TOLD)) {
      String name = job.path("name").asString();
      say(
          "%s ended: %s"
              .formatted(
                  name,
                  Top.shortened(job.at("/end/detail").asString(job.at("/end/cause").asString()))),
          job.at("/end/code").asInt(0) == 0 ? "ebb why " + name : Why.logs(job));
    }
    if (standing.clusters().isEmpty()) {
      System.out.println("  nothing yet: try   ebb run -- echo hello");
    }
  }

  private static void say(String what, String next) {
    int room = Terminal.width();
    String line = what + "      " + next;
    String text =
        line.length() + 4 <= room
            ? line
            : Table.wrapped(what, "    ", room - 4) + "\n      " + next;
    System.out.println("  " + Terminal.Colour.YELLOW.of("!") + " " + text);
  }
}
