package ebb.app.code;

/// How much one snapshot may hold.
///
/// @param entries files and links
/// @param bytes of all files together
public record Bounds(int entries, long bytes) {
  /// Ten times the files that Azure's first client takes (its limit is 2,000, and 300 MB), and room
  /// for a small data set that lies beside the code.
  public static final Bounds DEFAULT = new Bounds(20_000, 2L << 30);

  void check(int count, long sum) throws CodeRefused {
    if (count > entries) {
      throw new CodeRefused(
          CodeRefused.Kind.TOO_LARGE,
          "What is sent has more than %d files: leave out what the job does not need with .amlignore, or put it into a datastore that an owner registers."
              .formatted(entries));
    }
    if (sum > bytes) {
      throw new CodeRefused(
          CodeRefused.Kind.TOO_LARGE,
          "What is sent has more than %d MiB: leave out what the job does not need with .amlignore, or put it into a datastore that an owner registers."
              .formatted(bytes >> 20));
    }
  }
}
