package ebb.app.journal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether a part of a journal is what was appended: each of its batches follows the one before it
/// by its hash. The hash of the last stands for all of it: whoever noted it elsewhere knows that
/// nothing up to there was changed since.
///
/// @param from the first event of the first batch
/// @param to the last event of the last batch that was proven; `from - 1` if none was
/// @param before the hash of the batch before, in hexadecimal
/// @param digest the hash of the last batch that was proven
/// @param broken what is wrong with the batch after it; null if all asked for was proven
public record ChainProof(
    long from, long to, long batches, String before, String digest, @Nullable String broken) {
  private static final int PAGE_BYTES = 4 << 20;

  /// Up to whatever is the end.
  public static final long END = Long.MAX_VALUE;

  /// Reads the journal of a home, also while a server writes it; from the batch that holds the
  /// event `from` to the one that holds `to`.
  ///
  /// @throws StoreRefused if there is no journal, or it cannot be read, or has no such events
  public static ChainProof of(Path home, long from, long to) throws StoreRefused {
    Path path = home.resolve("journal.db");
    if (Files.notExists(path)) {
      throw new StoreRefused("There is no journal at " + path + ": name a home with --home.");
    }
    try (JournalFile file = JournalFile.openToProve(path)) {
      JournalRow newest = file.newest();
      long end = newest == null ? 0 : newest.lastSequence();
      long last = to == END ? end : to;
      if (from < 1 || last > end || from > last) {
        throw new StoreRefused(
            path + " has the events 1 to " + end + ", not " + from + " to " + last + ".");
      }
      return prove(file, from, last);
    } catch (SQLException e) {
      throw Sqlite.refused(path, e);
    }
  }

  private static ChainProof prove(JournalFile file, long from, long last) throws SQLException {
    JournalRow first = file.rowAt(from);
    long begin = first == null ? 1 : first.firstSequence();
    JournalRow previous = file.rowAt(begin - 1);
    Hash before = previous == null ? Hash.NONE : previous.hash();
    Hash hash = before;
    long at = begin - 1;
    long batches = 0;
    while (at < last) {
      List<JournalRow> page = file.after(at, PAGE_BYTES);
      for (int i = 0; i < page.size() && at < last; i++) {
        JournalRow row = page.get(i);
        String broken = ChainCheck.broken(row, at, hash);
        if (broken != null) {
          return new ChainProof(begin, at, batches, hex(before), hex(hash), broken);
        }
        at = row.lastSequence();
        hash = row.hash();
        batches++;
      }
      if (page.isEmpty()) {
        String gone = "the rows after it are missing";
        return new ChainProof(begin, at, batches, hex(before), hex(hash), gone);
      }
    }
    return new ChainProof(begin, at, batches, hex(before), hex(hash), null);
  }

  private static String hex(Hash hash) {
    return HexFormat.of().formatHex(hash.bytes());
  }
}
