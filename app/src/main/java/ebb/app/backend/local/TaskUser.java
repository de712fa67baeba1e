package ebb.app.backend.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// A user that tasks run as.
public record TaskUser(int uid, int gid) {
  private static final Path USERS = Path.of("/etc/passwd");

  /// The user of that name in `/etc/passwd`, or of those numbers in the form `uid:gid`.
  public static TaskUser named(String name) throws IOException {
    if (name.matches("[0-9]{1,9}:[0-9]{1,9}")) {
      int colon = name.indexOf(':');
      return checked(
          new TaskUser(number(name.substring(0, colon)), number(name.substring(colon + 1))));
    }
    for (String line : Files.readAllLines(USERS, StandardCharsets.UTF_8)) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 4 && fields[0].equals(name)) {
        return checked(new TaskUser(number(fields[2]), number(fields[3])));
      }
    }
    throw new IOException(
        "there is no user '"
            + name
            + "' in "
            + USERS
            + ": create it, name another one, or give numbers as uid:gid");
  }

  /// Makes the user the owner of a file or folder; of a link itself.
  void give(Path file) throws IOException {
    Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
  }

  private static int number(String text) throws IOException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException("'" + text + "' in " + USERS + " is no number of a user or group", e);
    }
  }

  private static TaskUser checked(TaskUser user) throws IOException {
    if (user.uid() == 0) {
      throw new IOException("tasks must not run as root: name an unprivileged user");
    }
    return user;
  }
}
