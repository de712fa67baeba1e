package ebb.app.code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.ignore.IgnoreNode;
import org.jspecify.annotations.Nullable;

/// What a folder's snapshot leaves out: git's rules, read by JGit. Each folder may have rules of
/// its own for what is below it, which count more than those of the folders around it. They stand
/// in `.amlignore`, or without one in `.gitignore`; where the snapshot's folder has an
/// `.amlignore`, no `.gitignore` counts, for what is sent need not be what is versioned. `.git` is
/// never part of a snapshot.
final class IgnoreRules {
  private static final String AML = ".amlignore";
  private static final String GIT = ".gitignore";
  private static final String HISTORY = ".git";

  private final @Nullable IgnoreRules around;
  private final List<String> files;
  private final IgnoreNode rules;

  /// The path of the folder that these rules are in, with a slash behind it; empty for the first.
  private final String prefix;

  private IgnoreRules(@Nullable IgnoreRules around, List<String> files, Path folder, String prefix)
      throws IOException {
    this.around = around;
    this.files = files;
    this.prefix = prefix;
    this.rules = new IgnoreNode();
    for (String name : files) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        try (InputStream in = Files.newInputStream(file)) {
          rules.parse(in);
        }
        break;
      }
    }
  }

  static IgnoreRules of(Path folder) throws IOException {
    boolean isOwn = Files.isRegularFile(folder.resolve(AML));
    return new IgnoreRules(null, isOwn ? List.of(AML) : List.of(AML, GIT), folder, "");
  }

  /// Leaves out nothing but git's own folder.
  static IgnoreRules none(Path folder) throws IOException {
    return new IgnoreRules(null, List.of(), folder, "");
  }

  /// The rules for what is in a folder below.
  ///
  /// @param inside its path from the snapshot's folder, with a slash behind it
  IgnoreRules below(Path folder, String inside) throws IOException {
    boolean hasOwn = files.stream().anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
    return hasOwn ? new IgnoreRules(this, files, folder, inside) : this;
  }

  /// Whether it is left out, a folder with all that is in it. Asked from the top down: what is in a
  /// folder that is left out cannot be taken back in.
  boolean leavesOut(String path, boolean isFolder) {
    if (path.equals(HISTORY) || path.endsWith("/" + HISTORY)) {
      return true;
    }
    for (IgnoreRules each = this; each != null; each = each.around) {
      switch (each.rules.isIgnored(path.substring(each.prefix.length()), isFolder)) {
        case IGNORED -> {
          return true;
        }
        case NOT_IGNORED -> {
          return false;
        }
        case CHECK_PARENT, CHECK_PARENT_NEGATE_FIRST_MATCH -> {} // it says nothing of this path
      }
    }
    return false;
  }
}
