package ebb.app.code;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Pieces of an upload's files that have arrived, until somebody says which of them are a file, and
/// in which order. Whoever has the upload has them, one thread at a time.
final class Blocks {
  /// As many as Azure takes of one file; here of all files of an upload.
  static final int MAX = 50_000;

  private final Map<String, TreeMap<String, Block>> byPath = new TreeMap<>();
  private int count;
  private long bytes;

  private record Block(Path file, long bytes) {}

  /// Of all of them.
  long bytes() {
    return bytes;
  }

  /// Of one of them; 0 if it has not arrived.
  long bytes(String path, String name) {
    Block block = byPath.getOrDefault(path, new TreeMap<>()).get(name);
    return block == null ? 0 : block.bytes();
  }

  /// Takes a block, in the place of one of its name.
  void add(String path, String name, Path file, long size) throws IOException, CodeRefused {
    TreeMap<String, Block> blocks = byPath.getOrDefault(path, new TreeMap<>());
    Block before = blocks.get(name);
    if (before == null && count == MAX) {
      throw new CodeRefused(
          CodeRefused.Kind.TOO_LARGE,
          "There are %d blocks of files that are not whole: send larger ones.".formatted(MAX));
    }
    if (before != null) {
      remove(before);
    }
    blocks.put(name, new Block(file, size));
    byPath.put(path, blocks);
    count++;
    bytes += size;
  }

  /// Whether all these blocks of a file have arrived.
  boolean has(String path, List<String> names) {
    return byPath.getOrDefault(path, new TreeMap<>()).keySet().containsAll(names);
  }

  /// The blocks of a file, in an order.
  List<Path> of(String path, List<String> names) throws CodeRefused {
    TreeMap<String, Block> blocks = byPath.getOrDefault(path, new TreeMap<>());
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      Block block = blocks.get(name);
      if (block == null) {
        throw CodeRefused.unfit(
            "Of '%s' no block '%s' has arrived: send it, and the list again."
                .formatted(path, name));
      }
      files.add(block.file());
    }
    return files;
  }

  /// Removes what has arrived of a file.
  void remove(String path) throws IOException {
    TreeMap<String, Block> blocks = byPath.remove(path);
    if (blocks != null) {
      for (Block block : blocks.values()) {
        remove(block);
      }
    }
  }

  private void remove(Block block) throws IOException {
    count--;
    bytes -= block.bytes();
    Files.deleteIfExists(block.file());
  }

  /// Removes all of them.
  void remove() throws IOException {
    for (String path : List.copyOf(byPath.keySet())) {
      remove(path);
    }
  }
}
