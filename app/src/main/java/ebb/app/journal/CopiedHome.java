package ebb.app.journal;

import ebb.app.files.DurableFile;
import ebb.app.files.Tree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// What is in the copy of a home and means what the original has started: processes that its agent
/// keeps, slots that it has claimed, the folder beside it where its jobs have their files. The copy
/// begins without, before it has a name of its own: with it, it would end the one and remove the
/// other.
///
/// What stays cannot lead to anything of the original: the numbers under which a backend confirms
/// only grow.
final class CopiedHome {
  /// The agent's record, and the claims on nodes.
  private static final List<String> FOLDERS = List.of("agent", "nodes");

  /// How far the agent's record was read, where the original's server listens, and whose tasks run
  /// as which user there.
  private static final List<String> FILES =
      List.of("backend.position", "server.json", "task-users");

  private CopiedHome() {}

  /// Removes it; done again, it does nothing.
  static void forgetOriginal(Path home) throws IOException {
    for (String folder : FOLDERS) {
      new Tree(home.resolve(folder)).delete();
    }
    for (String file : FILES) {
      Files.deleteIfExists(home.resolve(file));
    }
    Path jobs = home.resolve("jobs");
    if (Files.isSymbolicLink(jobs)) {
      Files.delete(jobs);
    }
    DurableFile.syncFolder(jobs);
  }

  /// @throws StoreRefused if an agent serves this very folder, which is no copy then
  static void refuseIfAgentLives(Path home, String original) throws IOException, StoreRefused {
    Path agent = home.resolve("agent");
    Path file = agent.resolve("agent.lock");
    if (Files.notExists(file)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw new StoreRefused(
            "The agent of the installation "
                + original
                + ", process "
                + Files.readString(file).strip()
                + ", serves "
                + agent
                + ": so the home is no copy, but was moved. Nothing was changed. Start with"
                + " --adopt-home.");
      }
    }
  }
}
