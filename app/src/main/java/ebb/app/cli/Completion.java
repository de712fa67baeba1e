package ebb.app.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `ebb generate-completion`: what a shell reads to complete commands and options. picocli writes
/// it for bash and zsh; fish reads neither.
@Command(
    name = Completion.NAME,
    mixinStandardHelpOptions = true,
    description = "Prints what completes commands in bash and zsh or, with --fish, in fish.")
final class Completion implements Runnable {
  static final String NAME = "generate-completion";

  /// The commands that were typed so far: words that name none, such as values, are passed over.
  private static final String TYPED =
      """
      function __ebb_is
          set -l at ''
          for word in (commandline -opc)[2..-1]
              set -l next (string trim -- "$at $word")
              contains -- "$next" $__ebb_commands; and set at "$next"
          end
          test "$at" = "$argv[1]"
      end
      complete -c ebb -e
      """;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--fish", description = "For fish.")
  private boolean fish;

  @Override
  public void run() {
    CommandLine root = spec.root().commandLine();
    System.out.print(fish ? ofFish(root) : AutoComplete.bash("ebb", root));
    System.out.flush();
  }

  private static String ofFish(CommandLine root) {
    List<String> paths = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    add(root, "", paths, lines);
    String known = String.join(" ", paths.stream().map(Completion::quoted).toList());
    return "set -g __ebb_commands " + known + "\n" + TYPED + lines;
  }

  private static void add(
      CommandLine command, String path, List<String> paths, StringBuilder lines) {
    String when = "complete -c ebb -n " + quoted("__ebb_is \"" + path + "\"");
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (!option.hidden()) {
        lines.append(when).append(words(option)).append('\n');
      }
    }
    command
        .getSubcommands()
        .forEach((name, below) -> {
          if (!below.getCommandSpec().usageMessage().hidden()) {
            String there = path.isEmpty() ? name : path + " " + name;
            paths.add(there);
            lines
                .append(when)
                .append(" -f -a " + quoted(name))
                .append(description(below.getCommandSpec().usageMessage().description()))
                .append('\n');
            add(below, there, paths, lines);
          }
        });
  }

  /// An option's names and, where it takes a value, those that there are; else fish offers files.
  private static String words(OptionSpec option) {
    StringBuilder words = new StringBuilder();
    for (String name : option.names()) {
      String kind = name.startsWith("--") ? " -l " : name.length() == 2 ? " -s " : " -o ";
      words.append(kind).append(quoted(name.replaceFirst("^--?", "")));
    }
    if (option.arity().max() > 0) {
      List<String> values = new ArrayList<>();
      if (option.completionCandidates() != null) {
        option.completionCandidates().forEach(values::add);
      }
      words.append(values.isEmpty() ? " -r" : " -x -a " + quoted(String.join(" ", values)));
    }
    return words + description(option.description());
  }

  private static String description(String[] lines) {
    return lines.length == 0 ? "" : " -d " + quoted(lines[0]);
  }

  /// Within single quotes fish reads only these two specially.
  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
