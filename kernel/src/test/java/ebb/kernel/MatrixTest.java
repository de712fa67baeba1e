package ebb.kernel;

import static ebb.kernel.World.cluster;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every phase × every command and report, against the literal tables in `matrix-*.txt`. What a
/// table does not name is refused; a cell that changes, and a transition that no cell exercises,
/// fails the build: `PropertiesTest` and the fault simulation look for one.
///
/// A cell is what the command decides, `then` what policy makes of it, or the refusal after `!`.
class MatrixTest {
  @ParameterizedTest
  @EnumSource(Matrix.class)
  void everyPhaseAnswersEveryCommandAsTheTableSays(Matrix matrix) throws IOException {
    assertThat(table(matrix, new Transitions())).isEqualTo(literal(matrix.file()));
  }

  @Test
  void theTablesExerciseExactlyTheTransitionsThatAreKnown() throws IOException {
    Transitions transitions = new Transitions();
    for (Matrix matrix : Matrix.values()) {
      table(matrix, transitions);
    }
    Moments.all(transitions);

    assertThat(String.join("\n", transitions.seen()) + "\n").isEqualTo(literal(Transitions.KNOWN));
  }

  @Test
  void everyKindOfEventIsApplied() throws IOException {
    Transitions transitions = new Transitions();
    for (Matrix matrix : Matrix.values()) {
      table(matrix, transitions);
    }
    Moments.all(transitions);
    TreeSet<String> applied = new TreeSet<>();
    transitions.seen().forEach(each -> applied.add(each.substring(0, each.indexOf(' '))));

    assertThat(applied).containsExactlyElementsOf(kinds(Event.class));
  }

  /// Every command is in a table, or in the list of those that concern no phase.
  @Test
  void everyKindOfCommandIsTried() {
    TreeSet<String> tried = new TreeSet<>(Moments.COMMANDS);
    for (Matrix matrix : Matrix.values()) {
      tried.addAll(matrix.commandKinds());
    }

    assertThat(tried).containsExactlyElementsOf(kinds(Command.class));
  }

  static TreeSet<String> kinds(Class<?> sealed) {
    TreeSet<String> kinds = new TreeSet<>();
    List<Class<?>> open = new ArrayList<>(List.of(sealed));
    while (!open.isEmpty()) {
      Class<?> each = open.removeLast();
      if (each.isSealed()) {
        open.addAll(Arrays.asList(each.getPermittedSubclasses()));
      } else {
        kinds.add(each.getSimpleName());
      }
    }
    return kinds;
  }

  static String table(Matrix matrix, Transitions transitions) {
    StringBuilder table = new StringBuilder();
    matrix
        .phases()
        .forEach((phase, situation) -> {
          table.append(phase).append('\n');
          for (String name : matrix.commands(start(transitions).given(situation::apply)).keySet()) {
            Story story = start(transitions).given(situation::apply);
            Command command = matrix.commands(story).get(name);
            table.append("  ").append(name).append(": ");
            table.append(cell(story, command)).append('\n');
          }
        });
    return table.toString();
  }

  private static Story start(Transitions transitions) {
    return Story.usual(transitions).cluster("gpu", cluster().nodes(0, 2));
  }

  private static String cell(Story story, Command command) {
    story.jumps(1_000).when(command);
    if (story.verdict() instanceof Verdict.Refused(var rejection)) {
      return "! " + rejection.getClass().getSimpleName();
    }
    String decided = names(story.decided());
    if (command instanceof Command.BackendListed listing) {
      decided = (decided + " " + names(absences(story, listing))).strip();
    }
    story.policySpeaks();
    String policy = names(story.policySaid());
    return (decided.isEmpty() ? "nothing" : decided) + (policy.isEmpty() ? "" : " then " + policy);
  }

  /// What the engine makes of what a listing lacks, in the same step.
  private static List<Event> absences(Story story, Command.BackendListed listing) {
    List<Event> events = new ArrayList<>();
    for (Command.Report absence : Sweep.absences(story.state(), listing)) {
      if (story.when(absence).verdict() instanceof Verdict.Accepted(List<Event> decided)) {
        events.addAll(decided);
      }
    }
    return events;
  }

  private static String names(List<Event> events) {
    return String.join(" ", events.stream().map(each -> each.getClass().getSimpleName()).toList());
  }

  static String literal(String file) throws IOException {
    try (InputStream in = MatrixTest.class.getResourceAsStream(file)) {
      assertThat(in).as(file).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
