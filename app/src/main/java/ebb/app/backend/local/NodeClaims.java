package ebb.app.backend.local;

import ebb.app.files.DurableFile;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.NodeId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which nodes this machine is: one file for each, durable before it is confirmed. The folder
/// belongs to one server, so what is claimed is what is known here.
///
/// `3.17` is a claim, `3.17.gone` a node that was stopped, or stopped before it was ever claimed:
/// it is not claimed again. Used by one thread.
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
  private final TreeSet<NodeId> gone = new TreeSet<>();

  private NodeClaims(Path folder, Acknowledgements acknowledgements) {
    this.folder = folder;
    this.acknowledgements = acknowledgements;
  }

  static NodeClaims open(Path folder, Acknowledgements acknowledgements, long wallMillis)
      throws IOException {
    Files.createDirectories(folder);
    NodeClaims nodes = new NodeClaims(folder, acknowledgements);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        nodes.read(file, wallMillis);
      }
    }
    return nodes;
  }

  private void read(Path file, long wallMillis) throws IOException {
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
    } else if (wallMillis - Files.getLastModifiedTime(file).toMillis() > TOMBSTONE_MILLIS) {
      Files.delete(file);
    } else {
      gone.add(node);
    }
  }

  /// The claim on a slot, made durable if it is new; empty if the node was stopped before.
  Optional<Claim> claim(NodeId node, long wallMillis) throws IOException {
    Claim known = claims.get(node);
    if (known != null || gone.contains(node)) {
      return Optional.ofNullable(known);
    }
    Claim claim = new Claim(node, acknowledgements.next(), wallMillis);
    DurableFile.replace(file(node), claim.text());
    claims.put(node, claim);
    return Optional.of(claim);
  }

  /// The node is no more, and will not be again.
  void end(NodeId node) throws IOException {
    if (gone.contains(node)) {
      return;
    }
    if (claims.containsKey(node)) {
      DurableFile.rename(file(node), tombstone(node));
      claims.remove(node);
    } else {
      DurableFile.replace(tombstone(node), "\n");
    }
    gone.add(node);
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
