package ebb.app.backend.local;

import ebb.app.files.DurableFile;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.NodeId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which nodes this machine is: one file for each, durable before it is confirmed. The folder
/// belongs to one server, so what is claimed is what is known here.
///
/// `3.17` is a claim, `3.17.gone` a node that was stopped, or stopped before it was ever claimed:
/// it is not claimed again. A tombstone is as old as its file. Used by one thread.
final class NodeClaims {
  private static final String GONE = ".gone";
  private static final Pattern TEXT = Pattern.compile("ack=([0-9]{1,18}) claimed=([0-9]{1,18})\\n");

  /// A start can come after its stop only from a queue of this very server, or from a backup of the
  /// journal; a week is beyond both.
  private static final long TOMBSTONE_MILLIS = 7 * 24 * 3_600_000L;

  /// A slot of this machine: the number it is confirmed by, and when it was claimed by the wall
  /// clock.
  record Claim(NodeId node, long ack, long wallMillis) {
    String text() {
      return "ack=" + ack + " claimed=" + wallMillis + "\n";
    }

    /// Empty for a file that was cut short: its claim was never confirmed.
    static Optional<Claim> parse(NodeId node, String text) {
      Matcher fields = TEXT.matcher(text);
      return fields.matches()
          ? Optional.of(
              new Claim(node, Long.parseLong(fields.group(1)), Long.parseLong(fields.group(2))))
          : Optional.empty();
    }
  }

  private final Path folder;
  private final Acknowledgements acknowledgements;
  private final Map<NodeId, Claim> claims = new TreeMap<>();

  /// When each went by the wall clock, the first to go first.
  private final LinkedHashMap<NodeId, Long> gone = new LinkedHashMap<>();

  private NodeClaims(Path folder, Acknowledgements acknowledgements) {
    this.folder = folder;
    this.acknowledgements = acknowledgements;
  }

  static NodeClaims open(Path folder, Acknowledgements acknowledgements, long wallMillis)
      throws IOException {
    Files.createDirectories(folder);
    NodeClaims nodes = new NodeClaims(folder, acknowledgements);
    Map<NodeId, Long> gone = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        nodes.read(file, gone);
      }
    }
    gone.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(one -> nodes.gone.put(one.getKey(), one.getValue()));
    nodes.removeOldTombstones(wallMillis);
    return nodes;
  }

  private void read(Path file, Map<NodeId, Long> gone) throws IOException {
    String name = String.valueOf(file.getFileName());
    boolean isGone = name.endsWith(GONE);
    long id = Id.parse(isGone ? name.substring(0, name.length() - GONE.length()) : name);
    if (id < 0) {
      return;
    }
    NodeId node = new NodeId(id);
    if (!isGone) {
      Optional<Claim> claim = Claim.parse(node, Files.readString(file));
      claim.ifPresent(whole -> claims.put(node, whole));
      if (claim.isEmpty()) {
        Files.delete(file);
      }
    } else {
      gone.put(node, Files.getLastModifiedTime(file).toMillis());
    }
  }

  /// The claim on a slot, made durable if it is new; empty if the node was stopped before.
  Optional<Claim> claim(NodeId node, long wallMillis) throws IOException {
    Claim known = claims.get(node);
    if (known != null || gone.containsKey(node)) {
      return Optional.ofNullable(known);
    }
    Claim claim = new Claim(node, acknowledgements.next(), wallMillis);
    DurableFile.replace(file(node), claim.text());
    claims.put(node, claim);
    return Optional.of(claim);
  }

  /// The node is no more, and will not be again.
  void end(NodeId node, long wallMillis) throws IOException {
    if (gone.containsKey(node)) {
      return;
    }
    if (claims.containsKey(node)) {
      // A name that changes leaves the file as old as the claim.
      Files.setLastModifiedTime(file(node), FileTime.fromMillis(wallMillis));
      DurableFile.rename(file(node), tombstone(node));
      claims.remove(node);
    } else {
      DurableFile.replace(tombstone(node), "\n");
    }
    gone.put(node, wallMillis);
    removeOldTombstones(wallMillis);
  }

  /// Looks at no more of them than it removes, and one.
  private void removeOldTombstones(long wallMillis) throws IOException {
    Iterator<Map.Entry<NodeId, Long>> oldest = gone.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<NodeId, Long> one = oldest.next();
      if (wallMillis - one.getValue() <= TOMBSTONE_MILLIS) {
        return;
      }
      Files.deleteIfExists(tombstone(one.getKey()));
      oldest.remove();
    }
  }

  private Path file(NodeId node) {
    return folder.resolve(node.toString());
  }

  private Path tombstone(NodeId node) {
    return folder.resolve(node + GONE);
  }

  List<NodeId> all() {
    return new ArrayList<>(claims.keySet());
  }
}
