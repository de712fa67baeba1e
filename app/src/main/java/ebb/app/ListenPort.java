package ebb.app;

import ebb.app.backend.local.PortHolder;
import ebb.app.http.HttpDoor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The port that a server listens on: had, or refused with a way out.
final class ListenPort {
  private ListenPort() {}

  /// Asked before the home is opened: none is made for a server that cannot listen. Where there is
  /// one, it knows better who has the port.
  static void refuseInVain(Path home, int port) throws ServerRefused {
    if (Files.notExists(home)) {
      try {
        HttpDoor.requireFree(port);
      } catch (IOException taken) {
        throw refused(port, taken, "");
      }
    }
  }

  static void listen(HttpDoor door, int port, String installation) throws ServerRefused {
    try {
      door.listen();
    } catch (IOException taken) {
      throw refused(port, taken, PortHolder.words(port, installation));
    }
  }

  /// `holder` says who has the port, as far as that is known.
  private static ServerRefused refused(int port, IOException taken, String holder) {
    return new ServerRefused(
        "Cannot listen on 127.0.0.1:%d (%s): choose another port with --port, or 0 for any free one. %s"
            .formatted(port, taken.getMessage(), holder)
            .strip(),
        taken);
  }
}
