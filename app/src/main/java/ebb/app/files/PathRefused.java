package ebb.app.files;

import java.io.IOException;

/// A path that leads to nothing that may be opened: out of its folder, through a link, or to
/// something that is no plain file.
public final class PathRefused extends IOException {
  private static final long serialVersionUID = 1;

  PathRefused(String message) {
    super(message);
  }
}
