package ebb.app.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What may become a server's home: a folder that is one, or that nobody uses for anything else. A
/// home is closed to all but its owner, and secrets are put into it.
public final class HomeFolder {
  /// What an operator may put there before the first start, and what a start leaves that did not
  /// come far.
  private static final Set<String> BEFORE =
      Set.of(
          "ebb.conf",
          "environments.yaml",
          "home.lock",
          "installation.new",
          "lost+found",
          "server.log",
          "start.lock");

  private static final String CERTIFICATE = ".pem";

  private HomeFolder() {}

  /// Why it may not, with what to do; null if it may. A home that lost its name is still one.
  public static @Nullable String refusal(Path folder) throws IOException {
    Path file = folder.toAbsolutePath().normalize();
    while (file != null && !Files.exists(file)) {
      file = file.getParent();
    }
    if (file != null && !Files.isDirectory(file)) {
      return file + " is no folder: a home is one. Choose another with --home.";
    }
    if (!Files.isDirectory(folder) || has(folder, "installation") || has(folder, "journal.db")) {
      return null;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, HomeFolder::isOther)) {
      for (Path other : entries) {
        return "The folder "
            + folder
            + " is no home of Ebb and has other things in it, such as "
            + other.getFileName()
            + ": a home is a folder of its own. Choose one with --home that is empty or not there"
            + " yet.";
      }
    }
    return null;
  }

  private static boolean has(Path folder, String name) {
    return Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean isOther(Path entry) {
    String name = entry.getFileName().toString();
    return !BEFORE.contains(name) && !name.endsWith(CERTIFICATE);
  }
}
