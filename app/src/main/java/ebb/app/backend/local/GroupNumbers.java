package ebb.app.backend.local;

import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/// What the files of a group say.
record GroupNumbers(Path group, Set<String> files) {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  /// Of a file with one number, or with a number behind each name; 0 if it does not say.
  long read(String file, String name) {
    if (!files.contains(file)) {
      return 0;
    }
    for (String line : ControlGroups.read(group.resolve(file)).split("\n", -1)) {
      String text = name.isEmpty() ? line : line.startsWith(name + " ") ? after(line) : "";
      if (NUMBER.matcher(text).matches()) {
        return Long.parseLong(text);
      }
    }
    return 0;
  }

  /// Of a file with a line for each device, of which each word is a key and a number.
  long sum(String file, String key) {
    long sum = 0;
    if (files.contains(file)) {
      for (String word : ControlGroups.read(group.resolve(file)).split("\\s+", -1)) {
        sum +=
            word.matches(key + "[0-9]{1,18}")
                ? Long.parseLong(word, key.length(), word.length(), 10)
                : 0;
      }
    }
    return sum;
  }

  private static String after(String line) {
    return line.substring(line.indexOf(' ') + 1);
  }
}
