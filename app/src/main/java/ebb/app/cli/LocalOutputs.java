package ebb.app.cli;

import ebb.app.files.Tree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What a local job has left in `outputs` and `logs`, on its way to the server. It goes on where
/// the server says that it stands, so that it may be begun again at any time.
final class LocalOutputs {
  /// The server waits for three times as long before it gives the job up.
  private static final long SAY_MILLIS = 10_000;

  /// The server keeps a sentence.
  private static final int NAMED_MAX = 3;

  private final Connection server;
  private final String job;
  private final Tree work;
  private long saidAt;
  private boolean isFull;

  /// @param job its path below the workspace
  LocalOutputs(Connection server, String job, Path work) {
    this.server = server;
    this.job = job;
    this.work = new Tree(work);
  }

  /// Sends all that can be sent. Answers which files were not, and why; empty if all were.
  String send() throws IOException {
    List<Tree.Found> files = new ArrayList<>();
    for (String folder : List.of("outputs", "logs")) {
      work.visit(folder, files::add);
    }
    if (files.isEmpty()) {
      return "";
    }
    Map<String, Long> there = there();
    List<String> left = new ArrayList<>();
    int more = 0;
    for (Tree.Found file : files) {
      if (isFull) {
        break;
      }
      long sent = there.getOrDefault(file.path(), -1L);
      String why = sent == file.bytes() ? "" : send(file.path(), Math.max(0, sent));
      if (!why.isEmpty() && left.size() < NAMED_MAX) {
        left.add(file.path() + ": " + why);
      } else if (!why.isEmpty()) {
        more++;
      }
    }
    return String.join("; ", left) + (more == 0 ? "" : "; and " + more + " more");
  }

  private Map<String, Long> there() {
    Map<String, Long> there = new TreeMap<>();
    String after = "";
    do {
      JsonNode page =
          server.own("GET", job + "/files?limit=1000&after=" + Connection.encoded(after), null);
      page.path("value")
          .forEach(file -> there.put(file.path("path").asString(), file.path("bytes").asLong()));
      after = page.path("next").asString("");
    } while (!after.isEmpty());
    return there;
  }

  /// One that cannot be read or is not taken keeps no other: answers why, empty if it is sent.
  private String send(String path, long from) {
    try {
      sendWhole(path, from);
      return "";
    } catch (IOException unreadable) {
      return unreadable.toString();
    } catch (Failed failed) {
      isFull = failed.code().equals("OutputsTooLarge") || failed.code().equals("TooManyFiles");
      if (isFull || failed.code().equals("InvalidRequest")) {
        return failed.line();
      }
      throw failed;
    }
  }

  /// An empty file is sent too.
  private void sendWhole(String path, long from) throws IOException {
    try (SeekableByteChannel file = work.open(path)) {
      long offset = from;
      do {
        say();
        ByteBuffer piece = ByteBuffer.allocate(LocalKeeper.PIECE_BYTES);
        file.position(offset);
        int read = Math.max(0, file.read(piece));
        server.send(
            job + "/local/files/" + Jobs.escaped(path) + "?offset=" + offset,
            out -> out.write(piece.array(), 0, read));
        offset += read;
      } while (offset < file.size());
    }
  }

  private void say() {
    if (System.currentTimeMillis() - saidAt >= SAY_MILLIS) {
      server.own("POST", job + "/local/sending", null);
      saidAt = System.currentTimeMillis();
    }
  }
}
