package ebb.app.backend.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// podman, as the backend itself asks it; tasks start with it by [Images].
record Podman(String program) {
  /// What `podman image exists` ends with if there is none. It ends with 125 if it cannot say.
  private static final int ABSENT = 1;

  enum Presence {
    THERE,
    ABSENT,
    UNKNOWN
  }

  /// Runs it to its end.
  Programs.Ended run(String... words) throws IOException {
    List<String> line = new ArrayList<>(List.of(program, "--cgroup-manager=cgroupfs"));
    line.addAll(List.of(words));
    return Programs.run(line, "");
  }

  /// Whether it has an image of that name or id.
  Presence presence(String image) throws IOException {
    Programs.Ended ended = run("image", "exists", image);
    if (ended.isFine()) {
      return Presence.THERE;
    }
    if (ended.code() == ABSENT) {
      return Presence.ABSENT;
    }
    Log.say("podman does not say if it has the image " + image + ": " + ended.words(), null);
    return Presence.UNKNOWN;
  }
}
