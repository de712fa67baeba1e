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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Whom tasks run as: the server's own user, one for all, or one for each submitter.
///
/// One for each is what a server that is root gives. Who is who is kept in a small file of the
/// home, `UID PRINCIPAL` on each line, and never changes: files of ended jobs belong to those
/// numbers.
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
  private final @Nullable Path file;
  private final Map<String, Integer> numbers = new TreeMap<>();

  private TaskUsers(@Nullable TaskUser same, @Nullable Range range, @Nullable Path file) {
    this.same = same;
    this.range = range;
    this.file = file;
  }

  /// The server's own user, or one other for all.
  public static TaskUsers same(@Nullable TaskUser user) {
    Range range = user == null ? null : new Range(user.uid(), user.uid());
    return new TaskUsers(user, range, null);
  }

  /// One for each submitter, out of a range of numbers, remembered in a file.
  public static TaskUsers each(Range range, Path file) throws IOException {
    TaskUsers users = new TaskUsers(null, range, file);
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        int space = line.indexOf(' ');
        if (space < 1 || !line.substring(0, space).matches("[0-9]{1,10}")) {
          throw new IOException(file + " is damaged: put back a backup");
        }
        users.numbers.put(
            URLDecoder.decode(line.substring(space + 1), StandardCharsets.UTF_8),
            Integer.parseInt(line.substring(0, space)));
      }
    }
    return users;
  }

  /// The numbers that tasks may run as; null if they run as the server's own user.
  public @Nullable Range range() {
    return range;
  }

  /// Whom the tasks of a submitter run as; null: the server's own user.
  public synchronized @Nullable TaskUser of(String submitter) throws IOException {
    if (range == null || file == null) {
      return same;
    }
    Integer known = numbers.get(submitter);
    int number = known != null ? known : add(submitter, range, file);
    return new TaskUser(number, number);
  }

  /// Durable before anything runs as the new number.
  private int add(String submitter, Range range, Path file) throws IOException {
    long number = Math.addExact((long) range.first(), numbers.size());
    while (numbers.containsValue((int) number)) {
      number++;
    }
    if (number > range.last()) {
      throw new IOException(
          "there are more submitters than numbers from %d to %d: set a longer range (tasks.uids)"
              .formatted(range.first(), range.last()));
    }
    numbers.put(submitter, (int) number);
    List<String> lines = new ArrayList<>();
    numbers.forEach(
        (name, one) -> lines.add(one + " " + URLEncoder.encode(name, StandardCharsets.UTF_8)));
    try {
      DurableFile.replace(file, String.join("\n", lines) + "\n");
    } catch (IOException e) {
      numbers.remove(submitter);
      throw e;
    }
    return (int) number;
  }
}
