package ebb.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// Only what is typed is read whole; nobody who types can tell.
class CommandTreeTest {
  private static final Ebb.Parts PARTS =
      new Ebb.Parts(
          (_, _) -> 0,
          (_, _, _) -> 0,
          _ -> {
            throw new IllegalStateException("nothing is started here");
          },
          _ -> {});

  private static List<List<String>> paths(CommandLine line, List<String> to) {
    List<List<String>> paths = new ArrayList<>();
    paths.add(to);
    line.getSubcommands()
        .forEach((name, below) ->
            paths.addAll(paths(below, Stream.concat(to.stream(), Stream.of(name)).toList())));
    return paths;
  }

  private static CommandLine at(CommandLine line, List<String> path) {
    CommandLine at = line;
    for (String word : path) {
      at = at.getSubcommands().get(word);
    }
    return at;
  }

  @Test
  void everyShortVerbSaysWhatItIsForAz() {
    CommandLine all = Ebb.line(PARTS, List.of(Completion.NAME));

    for (Class<?> verb : People.VERBS) {
      String name = verb.getAnnotation(CommandLine.Command.class).name();
      assertThat(all.getSubcommands().get(name).getCommandSpec().optionsMap())
          .as(name)
          .containsKey("--az");
    }
  }

  @Test
  void everyCommandThatIsTypedIsAsIfAllHadBeenRead() {
    CommandLine all = Ebb.line(PARTS, List.of(Completion.NAME));
    List<List<String>> paths = paths(all, List.of());
    assertThat(paths).hasSizeGreaterThan(40).contains(List.of("ml", "job", "create"));
    for (List<String> path : paths) {
      CommandLine typed = at(Ebb.line(PARTS, path), path);
      CommandLine whole = at(all, path);
      assertThat(typed.getUsageMessage()).isEqualTo(whole.getUsageMessage());
      assertThat(typed.getCommandSpec().optionsMap().keySet())
          .as(String.join(" ", path))
          .isEqualTo(whole.getCommandSpec().optionsMap().keySet());
    }
  }

  @Test
  void commandThatIsNotTypedIsKnownByNameAlone() {
    CommandLine line = Ebb.line(PARTS, List.of("ml", "compute", "list"));
    assertThat(at(line, List.of("ml", "job")).getCommandSpec().options()).isEmpty();
    assertThat(at(line, List.of("run")).getCommandSpec().options()).isEmpty();
    assertThat(at(line, List.of("ml", "compute", "list")).getCommandSpec().options()).isNotEmpty();
  }

  @Test
  void wordsInArgumentFileAreReadToo() {
    CommandLine line = Ebb.line(PARTS, List.of("@words"));
    assertThat(at(line, List.of("ml", "job", "show")).getCommandSpec().options()).isNotEmpty();
  }

  @Test
  void mistakeOfItsOwnIsOneLineAndWholeForThoseWhoAsk() {
    Ebb.Parts broken =
        new Ebb.Parts(
            (_, _) -> 0,
            (_, _, _) -> {
              throw new IllegalStateException("a b");
            },
            PARTS.machines(),
            PARTS.removed());
    String mistake = "ebb: InternalError: java.lang.IllegalStateException: a b (";
    assertThat(said(() -> Ebb.run(broken, "journal", "prove")).lines())
        .singleElement()
        .asString()
        .startsWith(mistake)
        .contains("a mistake of ebb's own");
    CommandLine line = Ebb.line(PARTS, List.of("breaks"));
    line.addSubcommand("breaks", new Breaks());
    line.setExecutionExceptionHandler(line.getExecutionExceptionHandler()); // for it too
    assertThat(said(() -> line.execute("breaks")).lines())
        .singleElement()
        .asString()
        .endsWith("--debug shows all of it.");
    assertThat(said(() -> line.execute("breaks", "--debug")))
        .contains(mistake, "\tat " + Breaks.class.getName() + ".run(");
  }

  /// As a command of those that know `--debug`.
  @CommandLine.Command(name = "breaks")
  private static final class Breaks implements Runnable {
    @SuppressWarnings("UnusedVariable") // picocli reads it
    @CommandLine.Mixin
    private Place place = new Place();

    @Override
    public void run() {
      throw new IllegalStateException("a b");
    }
  }

  private static String said(IntSupplier typing) {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      assertThat(typing.getAsInt()).isEqualTo(1);
    } finally {
      System.setErr(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }
}
