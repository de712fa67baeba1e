package ebb.app.code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.ignore.IgnoreNode;

/// What a folder's snapshot leaves out. The rules stand in the folder's own `.amlignore`; without
/// one, in its own `.gitignore`; files of these names further down are files like others, as with
/// Azure's clients. They are git's rules, read by JGit. `.git` is never part of a snapshot.
final class IgnoreRules {
  /// The first that is there counts.
  private static final List<String> FILES = List.of(".amlignore", ".gitignore");

  private static final String HISTORY = ".git";

  private final IgnoreNode rules;

  private IgnoreRules(IgnoreNode rules) {
    this.rules = rules;
  }

  static IgnoreRules of(Path folder) throws IOException {
    IgnoreNode rules = new IgnoreNode();
    for (String name : FILES) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        try (InputStream in = Files.newInputStream(file)) {
          rules.parse(in);
        }
        break;
      }
    }
    return new IgnoreRules(rules);
  }

  /// Whether it is left out, a folder with all that is in it. Asked from the top down: what is in a
  /// folder that is left out cannot be taken back in.
  boolean leavesOut(String path, boolean isFolder) {
    return path.equals(HISTORY)
        || path.endsWith("/" + HISTORY)
        || rules.isIgnored(path, isFolder) == IgnoreNode.MatchResult.IGNORED;
  }
}
