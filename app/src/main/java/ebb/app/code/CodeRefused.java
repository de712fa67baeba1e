package ebb.app.code;

/// Code that is not taken. The message is for whoever sent it: what is wrong, and what to do.
public final class CodeRefused extends Exception {
  private static final long serialVersionUID = 1;

  /// What kind of refusal it is.
  public enum Kind {
    /// It cannot be code: a name, a link or an archive that is not allowed.
    UNFIT,
    /// It has more files or bytes than are taken.
    TOO_LARGE,
    /// Its content is not what its hash says.
    ANOTHER_HASH,
    /// The disk has too little room left for it.
    NO_ROOM
  }

  private final Kind kind;

  CodeRefused(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public static CodeRefused unfit(String message) {
    return new CodeRefused(Kind.UNFIT, message);
  }

  public Kind kind() {
    return kind;
  }
}
