package ebb.kernel.walls.planted;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// One small violation for each wall and each way around it; `WallsBiteTest` proves that every one
/// is seen. Never run.
@SuppressWarnings("unused") // each is here to be found, not to be used
public final class Sins {
  private Sins() {}

  static class AsksTheClock {
    Instant bite() {
      return Instant.now();
    }
  }

  static class AsksTheClockByReference {
    Supplier<LocalDate> bite() {
      return LocalDate::now;
    }
  }

  static class MeasuresTime {
    long bite() {
      return System.nanoTime();
    }
  }

  static class ReadsASetting {
    String bite() {
      return System.getenv("EBB") + System.getProperty("ebb");
    }
  }

  static class CountsProcessors {
    int bite() {
      return Runtime.getRuntime().availableProcessors();
    }
  }

  static class DrawsAnId {
    UUID bite() {
      return UUID.randomUUID();
    }
  }

  static class DrawsWithoutSeed {
    SplittableRandom bite() {
      return new SplittableRandom();
    }
  }

  static class DrawsFromADefault {
    RandomGenerator bite() {
      return RandomGenerator.getDefault();
    }
  }

  static class DrawsWithSeed {
    long bite(long seed) {
      RandomGenerator generator = new SplittableRandom(seed);
      return generator.nextLong();
    }
  }

  static class DrawsOldStyle {
    Random bite() {
      return new Random(1);
    }
  }

  static class StartsAThread {
    void bite() {
      Thread.ofVirtual().start(() -> {});
    }
  }

  static class RunsInParallel {
    long bite(List<Long> numbers) {
      return numbers.stream().parallel().count();
    }
  }

  static class OnlyHasAFieldOfIt {
    ConcurrentHashMap<String, String> bite;
  }

  static class OnlyNamesItInGenerics {
    List<Path> bite;
  }

  static class Prints {
    void bite() {
      System.out.println();
    }
  }

  static class FormatsInTheMachinesLanguage {
    String bite() {
      return String.format("%d", 1);
    }
  }

  static class LowersInTheMachinesLanguage {
    String bite(String name) {
      return name.toLowerCase();
    }
  }

  static class RoundsAsTheProcessorDoes {
    double bite(double x) {
      return Math.log(x);
    }
  }

  static class HashesAMap {
    Map<String, String> bite() {
      return new HashMap<>();
    }
  }

  static class MakesAnUnorderedMap {
    Map<String, String> bite() {
      return Map.of("a", "b");
    }
  }

  static class CopiesToASet {
    Set<String> bite(List<String> names) {
      return Set.copyOf(names);
    }
  }

  static class CollectsToASet {
    Set<String> bite(List<String> names) {
      return names.stream().collect(Collectors.toSet());
    }
  }

  static class GroupsIntoAHashMap {
    Map<String, List<String>> bite(List<String> names) {
      return names.stream().collect(Collectors.groupingBy(name -> name));
    }
  }

  static class WalksAHeap {
    String bite(List<String> names) {
      return String.join(",", new PriorityQueue<>(names).stream().toList());
    }
  }

  static class TakesTheFirstOfAHeap {
    String bite() {
      PriorityQueue<String> names = new PriorityQueue<>();
      names.add("a");
      return names.poll();
    }
  }

  static class AsksWhatWasCollected {
    Object bite(WeakReference<Object> thing) {
      return thing.get();
    }
  }

  static class OrdersByIdentity {
    int bite(Object thing) {
      return System.identityHashCode(thing) + thing.hashCode();
    }
  }

  static class CountsInAStatic {
    static int bite;
  }

  static class KeepsATableInAStatic {
    static final TreeMap<String, String> BITE = new TreeMap<>();
  }

  static class KeepsAnArrayInAStatic {
    static final byte[] BITE = {1};
  }

  static class KeepsAListThatGrowsInAStatic {
    static final List<String> BITE = new ArrayList<>();
  }

  static class KeepsACounterInAStatic {
    static final KeepsACounterInAStatic BITE = new KeepsACounterInAStatic();

    int counter;
  }

  static class LooksAtARecord {
    record Seen(int one) {}

    Class<?> bite() {
      return Seen.class.getRecordComponents()[0].getType();
    }
  }

  static class CallsByReflection {
    record Seen(int one) {}

    Object bite() throws ReflectiveOperationException {
      return Seen.class.getRecordComponents()[0].getAccessor().invoke(new Seen(1));
    }
  }
}
