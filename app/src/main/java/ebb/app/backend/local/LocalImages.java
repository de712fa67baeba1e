package ebb.app.backend.local;

import ebb.app.specification.ImageName;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Which images are on this machine, as podman says, for whoever is about to take a job.
///
/// Clients may name what they like as often as they like: one of them at a time asks podman, and
/// the answers are remembered for the images that were named last.
final class LocalImages {
  /// How long an answer holds that is not that the image is there: an operator who brings it sees
  /// it taken at once, as people count.
  static final Duration HOLDS = Duration.ofSeconds(5);

  /// More than jobs of one machine name in a day.
  static final int REMEMBERED_MAX = 256;

  /// Longer than podman takes for an answer or two on a busy machine.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Podman podman;
  private final Duration holds;
  private final ReentrantLock asking = new ReentrantLock();

  /// By the image's name.
  private final Map<String, Answer> answers =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };

  private record Answer(Podman.Presence presence, long nanos) {}

  LocalImages(String podman, Duration holds) {
    this.podman = new Podman(podman);
    this.holds = holds;
  }

  /// Some were removed: each is looked for again.
  void forget() {
    synchronized (answers) {
      answers.clear();
    }
  }

  /// Whether an image is known not to be here. One that was found is not looked for again: if it is
  /// removed by others, the task tells of it.
  boolean isAbsent(String image) {
    return remembered(image).orElseGet(() -> asked(image)) == Podman.Presence.ABSENT;
  }

  private Optional<Podman.Presence> remembered(String image) {
    synchronized (answers) {
      return Optional.ofNullable(answers.get(image))
          .filter(answer ->
              answer.presence() == Podman.Presence.THERE
                  || System.nanoTime() - answer.nanos() < holds.toNanos())
          .map(Answer::presence);
    }
  }

  private Podman.Presence asked(String image) {
    try {
      if (!asking.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return Podman.Presence.UNKNOWN;
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return Podman.Presence.UNKNOWN;
    }
    try {
      // Whoever had the lock may have asked for the same.
      return remembered(image).orElseGet(() -> remember(image, ask(image)));
    } finally {
      asking.unlock();
    }
  }

  private Podman.Presence remember(String image, Podman.Presence presence) {
    synchronized (answers) {
      answers.put(image, new Answer(presence, System.nanoTime()));
    }
    return presence;
  }

  private Podman.Presence ask(String image) {
    // podman looks for one name at a time.
    Set<String> names = new LinkedHashSet<>(List.of(image));
    names.add(ImageName.reference(image));
    try {
      for (String name : names) {
        Podman.Presence presence = podman.presence(name);
        if (presence != Podman.Presence.ABSENT) {
          return presence;
        }
      }
      return Podman.Presence.ABSENT;
    } catch (IOException failure) {
      Log.say("podman cannot be asked for the image " + image, failure);
      return Podman.Presence.UNKNOWN;
    }
  }
}
