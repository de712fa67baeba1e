package ebb.app.cli;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/// The commands of the program, of which only those that are typed are read whole: picocli takes
/// milliseconds for the options of one, and there are dozens. Of the others it gets the name and
/// the description, which are all that help and the question what may have been meant need.
final class CommandTree {
  /// The commands below this one. picocli's own `subcommands` would read all of them at once.
  @Retention(RetentionPolicy.RUNTIME)
  @interface Below {
    Class<?>[] value();
  }

  private final Set<String> words;
  private final boolean all;

  /// For a line of these words.
  CommandTree(List<String> words) {
    this.words = Set.copyOf(words);
    // Completion is about all commands, and picocli reads the words in a file that is named by @.
    this.all =
        words.stream().anyMatch(word -> word.equals(Completion.NAME) || word.startsWith("@"));
  }

  /// A command that is read whole, and what is below it as far as it is typed.
  CommandLine line(Object command) {
    CommandLine line = new CommandLine(command);
    Class<?> type = command instanceof Class<?> given ? given : command.getClass();
    Below below = type.getAnnotation(Below.class);
    if (below != null) {
      for (Class<?> each : below.value()) {
        add(line, each);
      }
    }
    return line;
  }

  /// Puts a command below another.
  void add(CommandLine line, Class<?> type) {
    add(line, type, () -> line(type));
  }

  /// The same for one that is not made from its class alone.
  void add(CommandLine line, Class<?> type, Supplier<CommandLine> whole) {
    Command command = type.getAnnotation(Command.class);
    if (all || words.contains(command.name())) {
      line.addSubcommand(whole.get());
      return;
    }
    CommandSpec unread = CommandSpec.create().name(command.name());
    unread.usageMessage().description(command.description()).hidden(command.hidden());
    line.addSubcommand(new CommandLine(unread));
  }
}
