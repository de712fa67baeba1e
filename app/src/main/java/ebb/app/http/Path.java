package ebb.app.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parts of a raw path.
final class Path {
  private Path() {}

  /// The parts between slashes, decoded; empty ones are left out, because Azure's first client
  /// sends two slashes. Null if the path is malformed.
  static @Nullable List<String> segments(String raw) {
    List<String> segments = new ArrayList<>(12);
    int start = 0;
    while (start < raw.length()) {
      int slash = raw.indexOf('/', start);
      int end = slash < 0 ? raw.length() : slash;
      if (end > start) {
        String segment = raw.substring(start, end);
        if (segment.indexOf('%') >= 0) {
          try {
            // A plus in a path is a plus.
            segment = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
          } catch (IllegalArgumentException malformed) {
            return null;
          }
        }
        segments.add(segment);
      }
      start = end + 1;
    }
    return segments;
  }
}
