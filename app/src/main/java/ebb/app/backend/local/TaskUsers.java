package ebb.app.backend.local;

import ebb.app.files.DurableFile;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Whom tasks run as: the server's own user, one for all, or one for each submitter.
///
/// One for each is what a server that is root gives. Who is who is kept in a small file of the
/// home, `UID PRINCIPAL` on each line, and does not change: files of ended jobs belong to those
/// numbers. Only where another server of the machine has the number, because the home came from
/// another machine, its submitter gets a new one. Nor is a number given that this installation has
/// given before and the home has forgotten, because it was put back from a backup.
public final class TaskUsers {
  /// The lowest and the highest number that tasks run as.
  public record Range(int first, int last) {
    private static final String FORM = "[0-9]{1,10}-[0-9]{1,10}";

    /// Two numbers with a dash between them.
    public static Range parse(String text) throws IOException {
      if (text.matches(FORM)) {
        int dash = text.indexOf('-');
        long first = Long.parseLong(text.substring(0, dash));
        long last = Long.parseLong(text.substring(dash + 1));
        if (first > 0 && first <= last && last <= Integer.MAX_VALUE) {
          return new Range((int) first, (int) last);
        }
      }
      throw new IOException(
          "'" + text + "' is no range of user numbers: write two above 0, such as 10000-19999");
    }
  }

  private final @Nullable TaskUser same;
  private final @Nullable Range range;
  private final @Nullable Numbers numbers;

  private TaskUsers(@Nullable TaskUser same, @Nullable Range range, @Nullable Numbers numbers) {
    this.same = same;
    this.range = range;
    this.numbers = numbers;
  }

  /// The server's own user, or one other for all.
  public static TaskUsers same(@Nullable TaskUser user) {
    Range range = user == null ? null : new Range(user.uid(), user.uid());
    return new TaskUsers(user, range, null);
  }

  /// One for each submitter, out of a range of numbers, remembered in the home.
  public static TaskUsers each(Range range, Path home, String installation) throws IOException {
    return each(range, home, new Neighbours(Neighbours.FOLDER, installation));
  }

  static TaskUsers each(Range range, Path home, Neighbours neighbours) throws IOException {
    Numbers numbers = new Numbers(range, home, neighbours);
    numbers.read();
    return new TaskUsers(null, range, numbers);
  }

  /// The numbers that a home has given are free again, for it has been removed with all that its
  /// tasks were and left.
  public static void giveUp(Path home) throws IOException {
    new Neighbours(Neighbours.FOLDER, "").giveUp(home);
  }

  /// The numbers that tasks may run as; null if they run as the server's own user.
  public @Nullable Range range() {
    return range;
  }

  /// Whom the tasks of a submitter run as; null: the server's own user.
  public @Nullable TaskUser of(String submitter) throws IOException {
    if (numbers == null) {
      return same;
    }
    int number = numbers.of(submitter);
    return new TaskUser(number, number);
  }

  /// The numbers that were given out.
  private static final class Numbers {
    private final Range range;
    private final Path home;
    private final Path file;
    private final Neighbours neighbours;
    private final Map<String, Integer> given = new TreeMap<>();

    /// Given once, to whom is not known any more: nobody gets them again.
    private final Set<Integer> forgotten = new TreeSet<>();

    Numbers(Range range, Path home, Neighbours neighbours) {
      this.range = range;
      this.home = home;
      this.file = home.resolve("task-users");
      this.neighbours = neighbours;
    }

    synchronized void read() throws IOException {
      Map<String, Integer> kept = Files.exists(file) ? parse(Files.readAllLines(file)) : Map.of();
      given.putAll(kept);
      neighbours.claim(
          home,
          (others, before) -> {
            given.values().removeAll(others);
            forgotten.addAll(before);
            forgotten.removeAll(others);
            forgotten.removeAll(given.values());
            return own(given);
          });
      if (!given.equals(kept)) {
        write(given);
      }
    }

    private Map<String, Integer> parse(List<String> lines) throws IOException {
      Map<String, Integer> numbers = new TreeMap<>();
      try {
        for (String line : lines) {
          String[] words = line.split(" ", 2);
          if (words.length < 2 || !words[0].matches("[0-9]+")) {
            throw new IllegalArgumentException(line);
          }
          numbers.put(
              URLDecoder.decode(words[1], StandardCharsets.UTF_8), Integer.valueOf(words[0]));
        }
      } catch (IllegalArgumentException notAsWritten) {
        throw new IOException(file + " is damaged: put back a backup", notAsWritten);
      }
      return numbers;
    }

    synchronized int of(String submitter) throws IOException {
      if (!given.containsKey(submitter)) {
        add(submitter);
      }
      return Objects.requireNonNull(given.get(submitter));
    }

    /// Durable before anything runs as the new number, and claimed before: what the home forgets
    /// with a crash is nobody else's.
    private void add(String submitter) throws IOException {
      Map<String, Integer> with = new TreeMap<>(given);
      neighbours.claim(
          home,
          (others, _) -> {
            with.put(submitter, free(others));
            return own(with);
          });
      write(with);
      given.putAll(with);
    }

    /// What nobody else of the machine may have.
    private Set<Integer> own(Map<String, Integer> numbers) {
      Set<Integer> all = new TreeSet<>(forgotten);
      all.addAll(numbers.values());
      return all;
    }

    private int free(Set<Integer> others) throws IOException {
      Set<Integer> used = own(given);
      used.addAll(others);
      long number = range.first();
      while (used.contains((int) number)) {
        number++;
      }
      if (number > range.last()) {
        throw new IOException(
            "there are more submitters than numbers from %d to %d: set a longer range (tasks.uids)"
                .formatted(range.first(), range.last()));
      }
      return (int) number;
    }

    private void write(Map<String, Integer> all) throws IOException {
      List<String> lines = new ArrayList<>();
      all.forEach((name, one) ->
          lines.add(one + " " + URLEncoder.encode(name, StandardCharsets.UTF_8) + "\n"));
      DurableFile.replace(file, String.join("", lines));
    }
  }
}
