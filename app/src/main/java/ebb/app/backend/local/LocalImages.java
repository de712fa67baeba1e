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

  /// What `podman image exists` ends with if there is none. It ends with 125 if it cannot say.
  private static final int ABSENT = 1;

  private final String podman;
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

  private enum Presence {
    THERE,
    ABSENT,
    UNKNOWN
  }

  private record Answer(Presence presence, long nanos) {}

  LocalImages(String podman, Duration holds) {
    this.podman = podman;
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
    return remembered(image).orElseGet(() -> asked(image)) == Presence.ABSENT;
  }

  private Optional<Presence> remembered(String image) {
    synchronized (answers) {
      return Optional.ofNullable(answers.get(image))
          .filter(answer ->
              answer.presence() == Presence.THERE
                  || System.nanoTime() - answer.nanos() < holds.toNanos())
          .map(Answer::presence);
    }
  }

  private Presence asked(String image) {
    try {
      if (!asking.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return Presence.UNKNOWN;
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return Presence.UNKNOWN;
    }
    try {
      // Whoever had the lock may have asked for the same.
      return remembered(image).orElseGet(() -> remember(image, ask(image)));
    } finally {
      asking.unlock();
    }
  }

  private Presence remember(String image, Presence presence) {
    synchronized (answers) {
      answers.put(image, new Answer(presence, System.nanoTime()));
    }
    return presence;
  }

  private Presence ask(String image) {
    // podman looks for one name at a time.
    Set<String> names = new LinkedHashSet<>(List.of(image));
    names.add(ImageName.reference(image));
    try {
      for (String name : names) {
        Programs.Ended ended =
            Programs.run(List.of(podman, "--cgroup-manager=cgroupfs", "image", "exists", name), "");
        if (ended.isFine()) {
          return Presence.THERE;
        }
        if (ended.code() != ABSENT) {
          Log.say("podman does not say if it has the image " + name + ": " + ended.words(), null);
          return Presence.UNKNOWN;
        }
      }
      return Presence.ABSENT;
    } catch (IOException failure) {
      Log.say("podman cannot be asked for the image " + image, failure);
      return Presence.UNKNOWN;
    }
  }
}
