package ebb.kernel.walls;

import static ebb.kernel.walls.Wall.anyOf;
import static ebb.kernel.walls.Wall.calls;
import static ebb.kernel.walls.Wall.callsWith;
import static ebb.kernel.walls.Wall.packages;
import static ebb.kernel.walls.Wall.types;

import java.lang.classfile.ClassModel;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The walls around code that must give the same answer every time: the kernel, and the simulator
/// that drives it.
public final class Walls {
  private Walls() {}

  public static final Wall CLOCK =
      new Wall(
          "reads a clock",
          "time is a field of the command: a journal read again next year must give the same state, and the simulator"
              + " runs a week in a second. Take the time as an argument; the engine stamps it once.",
          anyOf(
              types("java.time.Clock", "java.time.InstantSource", "java.util.Date"),
              use -> use.owner().startsWith("java.time.") && use.name().equals("now"),
              calls("java.lang.System", "currentTimeMillis", "nanoTime"),
              calls("java.time.ZoneId", "systemDefault"),
              types("java.util.TimeZone", "java.util.Calendar", "java.util.GregorianCalendar")));

  public static final Wall ENVIRONMENT =
      new Wall(
          "reads the machine it runs on",
          "a setting that a decision reads is state, changed by a command, so that a replay on another machine decides"
              + " the same. Make it part of the state, or let the app pass it in.",
          anyOf(
              use ->
                  use.owner().equals("java.lang.System")
                      && !use.isType()
                      && !Set.of("arraycopy", "currentTimeMillis", "nanoTime", "identityHashCode")
                          .contains(use.name())
                      && !Set.of("out", "err", "in").contains(use.name()),
              types(
                  "java.lang.Runtime",
                  "java.lang.ProcessHandle",
                  "java.lang.ProcessBuilder",
                  "java.lang.Process",
                  "java.lang.StackWalker"),
              packages("java.lang.ref"), // what is collected when is the machine's to say
              calls("java.lang.Integer", "getInteger"),
              calls("java.lang.Long", "getLong"),
              calls("java.lang.Boolean", "getBoolean"),
              calls("java.util.Locale", "getDefault"),
              calls("java.nio.charset.Charset", "defaultCharset")));

  public static final Wall RANDOMNESS =
      new Wall(
          "draws a random number",
          "one seed gives one journal, in any JVM. Ids come from the state's counter; the simulator takes its seed as an"
              + " argument of `new SplittableRandom(seed)`, the kernel draws nothing at all.",
          anyOf(
              calls("java.util.UUID", "randomUUID"),
              calls("java.lang.Math", "random"),
              calls("java.lang.StrictMath", "random"),
              packages("java.util.random"),
              types(
                  "java.util.Random",
                  "java.util.SplittableRandom",
                  "java.security.SecureRandom",
                  "java.util.concurrent.ThreadLocalRandom"),
              calls("java.util.Collections", "shuffle")));

  public static final Wall THREADS =
      new Wall(
          "starts, waits for or shares with a thread",
          "one thread owns the state and everything it decides. Concurrency lives in the app, outside the step.",
          anyOf(
              types(
                  "java.lang.Thread",
                  "java.lang.ThreadLocal",
                  "java.lang.InheritableThreadLocal",
                  "java.lang.ScopedValue",
                  "java.util.Timer",
                  "java.util.TimerTask"),
              packages("java.util.concurrent"),
              use -> use.owner().startsWith("java.lang.Thread$"),
              use ->
                  use.owner().startsWith("java.util.")
                      && use.name().startsWith("parallel")
                      && !use.isType(),
              calls("java.lang.Object", "wait", "notify", "notifyAll")));

  public static final Wall OUTSIDE =
      new Wall(
          "reaches a file, a socket or a terminal",
          "the kernel decides and the shells act: what it may not reach it cannot do before the event that orders it is"
              + " durable. Return an event, and let a backend or the journal (app) act on it; build bytes with a byte array"
              + " or java.nio.ByteBuffer.",
          anyOf(
                  packages(
                      "java.io",
                      "java.nio.file",
                      "java.nio.channels",
                      "java.net",
                      "java.lang.reflect",
                      "java.lang.foreign",
                      "javax",
                      "sun",
                      "jdk.internal"),
                  types("java.lang.IO", "java.lang.ClassLoader", "java.util.Scanner"),
                  calls("java.lang.System", "out", "err", "in"),
                  calls("java.lang.Class", "forName", "getResourceAsStream", "getResource"),
                  types("java.util.ServiceLoader"))
              // Only a marker: the compiler names it where types are intersected.
              .and(use -> !use.owner().equals("java.io.Serializable")));

  public static final Wall LOCALE_AND_MATH =
      new Wall(
          "gives an answer that depends on the machine's language or processor",
          "the same input must give the same bytes everywhere. Pass Locale.ROOT; use StrictMath, whose results are"
              + " specified to the last bit.",
          anyOf(
              callsWith("java.lang.String", "format", "(Ljava/lang/String;"),
              calls("java.lang.String", "formatted"),
              callsWith("java.lang.String", "toLowerCase", "()"),
              callsWith("java.lang.String", "toUpperCase", "()"),
              callsWith("java.lang.String", "getBytes", "()"),
              callsWith("java.lang.String", "<init>", "([B)"),
              callsWith("java.time.format.DateTimeFormatter", "ofPattern", "(Ljava/lang/String;)"),
              types("java.util.Formatter", "java.text.NumberFormat", "java.text.DecimalFormat"),
              calls(
                  "java.lang.Math",
                  "sin",
                  "cos",
                  "tan",
                  "asin",
                  "acos",
                  "atan",
                  "atan2",
                  "exp",
                  "expm1",
                  "log",
                  "log10",
                  "log1p",
                  "pow",
                  "cbrt",
                  "hypot",
                  "sinh",
                  "cosh",
                  "tanh")));

  public static final Wall ORDER =
      new Wall(
          "keeps things in an order that is not theirs",
          "order of iteration must depend on content only: Set.of and Map.of differ between two JVM runs, and the order"
              + " of a hash table or a heap changes with its history. Use TreeMap, TreeSet, ArrayList, ArrayDeque, List.of, an enum's"
              + " map or the kernel's own map.",
          anyOf(
              types(
                  "java.util.HashMap",
                  "java.util.HashSet",
                  "java.util.LinkedHashMap",
                  "java.util.LinkedHashSet",
                  "java.util.IdentityHashMap",
                  "java.util.WeakHashMap",
                  "java.util.Hashtable",
                  "java.util.PriorityQueue",
                  "java.util.Properties"),
              calls("java.util.Map", "of", "ofEntries", "copyOf"),
              calls("java.util.Set", "of", "copyOf"),
              calls(
                  "java.util.stream.Collectors",
                  "toSet",
                  "toUnmodifiableSet",
                  "toUnmodifiableMap",
                  "groupingByConcurrent",
                  "toConcurrentMap"),
              use ->
                  use.owner().equals("java.util.stream.Collectors")
                      && (use.name().equals("toMap") || use.name().equals("groupingBy"))
                      && !use.descriptor().contains("Ljava/util/function/Supplier;"),
              calls("java.lang.System", "identityHashCode"),
              use ->
                  use.name().equals("hashCode")
                      && use.descriptor().equals("()I")
                      && !use.inMethod().equals("hashCode")
                      && !Set.of("java.lang.String", "java.lang.Long", "java.lang.Integer")
                          .contains(use.owner())));

  /// The one class of the kernel that asks records what they are made of, for the table of formats.
  static final String LOOKS_AT_RECORDS = "ebb.kernel.codec.Shape";

  /// The one class of the kernel with a hash table of Java's, which shows keys in their order only.
  static final String HASHES = "ebb.kernel.collection.HashedMap";

  /// All that hold for the kernel.
  public static final List<Wall> KERNEL = kernel(LOOKS_AT_RECORDS);

  /// @param looksAtRecords the one class that may read names and types of a record's components;
  ///   nothing that it may use can call or change anything
  static List<Wall> kernel(String looksAtRecords) {
    return List.of(
        CLOCK,
        ENVIRONMENT,
        RANDOMNESS,
        THREADS,
        OUTSIDE.except(use -> isPlace(use, looksAtRecords) && describesARecord(use)),
        LOCALE_AND_MATH,
        ORDER.except(use -> isPlace(use, HASHES)));
  }

  /// The simulator's: it may draw from a generator that was given its seed, and one class of it may
  /// print, one may read files and one may keep a heap.
  ///
  /// @param printer the one class that prints reports
  /// @param reader the one class that reads traces
  /// @param heap the one class that takes what comes first from a heap, and never walks it
  public static List<Wall> simulator(String printer, String reader, String heap) {
    return List.of(
        CLOCK,
        ENVIRONMENT,
        RANDOMNESS.except(Walls::isSeeded),
        THREADS,
        OUTSIDE.except(use -> isPlace(use, printer) || isPlace(use, reader)),
        LOCALE_AND_MATH,
        ORDER.except(use -> isPlace(use, heap) && takesTheFirst(use)));
  }

  /// The types of others that a static field may have: nobody can change what is of one. A list is
  /// looked at itself.
  private static final Set<Class<?>> NEVER_CHANGE =
      Set.of(
          String.class,
          BigDecimal.class,
          BigInteger.class,
          Pattern.class,
          MethodType.class,
          Comparator.class);

  /// Fails when a static field can change, or plainly holds what can: an array, a table, a list
  /// that takes more, an object of ours with a field that is not final.
  public static void holdsNoStaticState(List<ClassModel> classes) {
    List<String> fields =
        classes.stream()
            .map(ByteCode::loaded)
            .flatMap(type -> Stream.of(type.getDeclaredFields()))
            .filter(field -> field.accessFlags().contains(AccessFlag.STATIC))
            .filter(field -> !field.isSynthetic()) // the compiler's own, for its switches
            .filter(Walls::canChange)
            .map(field -> field.getDeclaringClass().getName() + "." + field.getName())
            .toList();
    if (!fields.isEmpty()) {
      throw new AssertionError(
          "static fields that can change: "
              + fields
              + "\nWhy: the simulator runs many kernels in one JVM, and a replay starts from nothing but the journal."
              + " What can change belongs into the state.");
    }
  }

  private static boolean canChange(Field field) {
    Class<?> type = field.getType();
    if (!field.accessFlags().contains(AccessFlag.FINAL)) {
      return true;
    }
    if (type.getName().startsWith("ebb.")) {
      return Stream.of(type.getDeclaredFields())
          .anyMatch(inner ->
              !inner.accessFlags().contains(AccessFlag.STATIC)
                  && !inner.accessFlags().contains(AccessFlag.FINAL));
    }
    return type == List.class
        ? !isOfListOf(field)
        : !type.isPrimitive() && !NEVER_CHANGE.contains(type);
  }

  private static boolean isOfListOf(Field field) {
    try {
      field.setAccessible(true);
      return field.get(null).getClass().getName().startsWith("java.util.ImmutableCollections$");
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isPlace(Use use, String type) {
    return use.place().equals(type) || use.place().startsWith(type + ".");
  }

  private static boolean takesTheFirst(Use use) {
    return use.owner().equals("java.util.PriorityQueue")
        && (use.isType() || Set.of("<init>", "add", "peek", "poll").contains(use.name()));
  }

  /// The accessor's `Method`, which could be called, is not among them.
  private static boolean describesARecord(Use use) {
    return Set.of(
            "java.lang.reflect.RecordComponent",
            "java.lang.reflect.Type",
            "java.lang.reflect.ParameterizedType")
        .contains(use.owner());
  }

  private static boolean isSeeded(Use use) {
    return switch (use.owner()) {
      case "java.util.SplittableRandom" ->
          !use.name().equals("<init>") || use.descriptor().equals("(J)V");
      case "java.util.random.RandomGenerator" -> !Set.of("of", "getDefault").contains(use.name());
      default -> false; // any other generator
    };
  }
}
