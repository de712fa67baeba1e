package ebb.app.bench;

import ebb.app.bench.JournalCheck.Story;
import ebb.app.bench.Workload.Sent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Compares, job by job, what was asked for, what the journal says and what the processes wrote
/// themselves.
final class JobsCheck {
  private final boolean mayRestart;
  private final Truth truth;
  private final Map<String, List<Story>> stories = new HashMap<>();
  private final List<String> faults = new ArrayList<>();
  private final TreeSet<Integer> failedKills = new TreeSet<>();
  private int restarted;
  private int cancelled;

  private JobsCheck(boolean mayRestart, Truth truth) {
    this.mayRestart = mayRestart;
    this.truth = truth;
  }

  /// `mayRestart`: an agent was killed, so that an attempt may be lost and tried again.
  static JobsCheck of(List<Sent> sent, JournalCheck journal, Truth truth, boolean mayRestart) {
    JobsCheck check = new JobsCheck(mayRestart, truth);
    for (Story story : journal.stories()) {
      check.stories.computeIfAbsent(story.name, _ -> new ArrayList<>()).add(story);
    }
    Set<String> names = sent.stream().map(job -> job.planned().name()).collect(Collectors.toSet());
    for (Sent job : sent) {
      List<String> wrong = check.wrongWith(job.planned());
      if (!wrong.isEmpty()) {
        check.failedKills.add(job.kills() + 1);
        wrong.forEach(what -> check.faults.add(job.planned() + ": " + what));
      }
    }
    for (String ran : truth.jobs()) {
      if (!names.contains(ran)) {
        check.faults.add(ran + " ran and was never answered for");
      }
    }
    return check;
  }

  private List<String> wrongWith(Planned planned) {
    List<String> wrong = new ArrayList<>();
    List<Story> told = stories.getOrDefault(planned.name(), List.of());
    if (told.size() != 1 || told.getFirst().ends.size() != 1) {
      wrong.add("it did not end exactly once: " + told.size() + " jobs of its name");
      return wrong;
    }
    Story story = told.getFirst();
    String cause = story.ends.getFirst().cause().name().toLowerCase(Locale.ROOT);
    int code = story.ends.getFirst().code();
    if (cause.equals("canceled") && planned.isCancelled()) {
      cancelled++;
    } else if (!cause.equals(planned.cause()) || code != planned.code()) {
      wrong.add("it ended as " + story.ends.getFirst());
    } else {
      ranWhole(planned, story, wrong);
    }
    ranOnceAtATime(planned, story, wrong);
    return wrong;
  }

  /// The attempt that counts started and ended once on each node.
  private void ranWhole(Planned planned, Story story, List<String> wrong) {
    int last = story.attempts.size();
    for (int rank = 0; rank < planned.nodes(); rank++) {
      long starts = count(planned, last, rank, "start");
      long ends = count(planned, last, rank, "end");
      if (starts != 1 || ends != 1) {
        wrong.add(
            "rank %d of attempt %d started %d times and ended %d times"
                .formatted(rank, last, starts, ends));
      }
    }
  }

  private void ranOnceAtATime(Planned planned, Story story, List<String> wrong) {
    List<Truth.Line> lines = truth.of(planned.name());
    for (Truth.Line line : lines) {
      if (line.isOverlap()) {
        wrong.add("attempt " + line.attempt() + " ran while another one did");
      }
      if (line.isStart() && count(planned, line.attempt(), line.rank(), "start") > 1) {
        wrong.add("attempt " + line.attempt() + " started twice on rank " + line.rank());
      }
    }
    if (story.attempts.size() > 1) {
      restarted++;
      if (!mayRestart) {
        wrong.add("it was restarted: " + story.attempts.size() + " attempts");
      }
    }
  }

  private long count(Planned planned, int attempt, int rank, String what) {
    return truth.of(planned.name()).stream()
        .filter(new Truth.Line(what, attempt, rank)::equals)
        .count();
  }

  List<String> faults() {
    return faults;
  }

  Set<Integer> failedKills() {
    return failedKills;
  }

  String summary() {
    return cancelled + " cancelled, " + restarted + " restarted";
  }
}
