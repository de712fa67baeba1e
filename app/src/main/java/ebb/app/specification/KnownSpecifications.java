package ebb.app.specification;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The hashes that are known to be durable, the most recently used ones, with what is behind them
/// when that is small: most submissions repeat what was submitted a moment ago.
final class KnownSpecifications {
  /// With contents of at most 1 KiB, no more than some 100 MB, and usually a tenth of that.
  private static final int HASHES_MAX = 65_536;

  private static final int CONTENT_BYTES_MAX = 1024;

  /// A durable hash; the content is absent if it is too large to keep.
  private record Known(@Nullable Specification content) {}

  private final Map<String, Known> known = new LinkedHashMap<>(1024, 0.75f, true);

  /// The hashes of the contents that are kept.
  private final Map<Specification, String> hashes = new HashMap<>();

  /// The hash of this content; null if it is not kept, which says nothing.
  synchronized @Nullable String hashOf(Specification content) {
    return hashes.get(content);
  }

  synchronized boolean contains(String hash) {
    return known.get(hash) != null;
  }

  synchronized @Nullable Specification content(String hash) {
    Known entry = known.get(hash);
    return entry == null ? null : entry.content();
  }

  synchronized void add(String hash, Specification specification, int bytes) {
    remove(hash);
    boolean isSmall = bytes <= CONTENT_BYTES_MAX;
    known.put(hash, new Known(isSmall ? specification : null));
    if (isSmall) {
      hashes.put(specification, hash);
    }
    if (known.size() > HASHES_MAX) {
      remove(known.keySet().iterator().next());
    }
  }

  synchronized void remove(String hash) {
    Known removed = known.remove(hash);
    if (removed != null && removed.content() != null) {
      hashes.remove(removed.content());
    }
  }
}
