package ebb.kernel.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ebb.kernel.protocol.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What any version wrote keeps its meaning: the tables and bytes of each are in
/// `src/test/resources/formats`, and are never changed once somebody may have them.
class FormatFilesTest {
  private static final Path FORMATS = Path.of("src/test/resources/formats");
  private static final Path NOW = FORMATS.resolve("v" + FormatVersion.CURRENT);

  private static final String ADVICE =
      "\nBytes that were written keep their meaning: give what is new a new number and keep the old"
          + " one, as EventFormats describes. "
          + (FormatFiles.isReleased(NOW)
              ? "What is new says `since` a FormatVersion that is not released."
              : "Only because no release has version "
                  + FormatVersion.CURRENT
                  + " its own files may be written anew:\n  "
                  + FormatFiles.COMMAND)
          + "\n";

  private static List<Path> versions() throws IOException {
    try (Stream<Path> versions = Files.list(FORMATS)) {
      return versions.sorted().toList();
    }
  }

  @Test
  void everyRecordHasASample() throws IOException {
    for (String file : FormatFiles.SAMPLES) {
      TreeSet<String> missing = new TreeSet<>();
      Sample.of(FormatFiles.formats(file)).forEach(each -> missing.add(each.title()));
      FormatFiles.samples(NOW.resolve(file)).forEach(each -> missing.remove(each.title()));
      assertThat(missing).as("What has no sample in %s.%s", file, ADVICE).isEmpty();
    }
  }

  @Test
  void everyConstantIsInASample() throws IOException {
    TreeSet<String> missing = new TreeSet<>();
    EventFormats.TABLE.formats().values().forEach(format -> addConstants(format, missing));
    StateFormats.TABLE.formats().values().forEach(format -> addConstants(format, missing));
    for (String file : FormatFiles.SAMPLES) {
      for (Sample sample : FormatFiles.samples(NOW.resolve(file))) {
        sample.leaves().forEach(leaf -> missing.remove(leaf.substring(leaf.indexOf(' ') + 1)));
      }
    }
    assertThat(missing).as("Constants that are in no sample.%s", ADVICE).isEmpty();
  }

  private static void addConstants(Format format, TreeSet<String> to) {
    if (format instanceof EnumFormat constants) {
      constants.constants().forEach(each -> to.add(each.toString()));
    }
  }

  @Test
  void everyNumberKeepsItsMeaning() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path version : versions()) {
      for (String file : FormatFiles.TABLES) {
        List<TableLine> now = TableLine.parse(FormatFiles.text(file));
        for (TableLine old : TableLine.parse(Files.readString(version.resolve(file)))) {
          compare(version.getFileName() + "/" + file, old, now, broken);
        }
      }
    }
    assertThat(broken).as("Numbers that changed their meaning." + ADVICE).isEmpty();
  }

  private static void compare(
      String file, TableLine old, List<TableLine> now, List<String> broken) {
    String what = file + ": " + (old.number() > 0 ? old.number() + " " : "") + old.name();
    TableLine line = now.stream().filter(each -> isSame(file, old, each)).findFirst().orElse(null);
    if (line == null || line.number() != old.number()) {
      broken.add(what + " is gone");
      return;
    }
    for (TableLine.Part part : old.parts()) {
      TableLine.Part kept =
          part.number() <= line.parts().size() ? line.parts().get(part.number() - 1) : null;
      if (kept == null
          || !kept.type().equals(part.type())
          || kept.since() != part.since()
          || !(kept.name().equals(part.name()) || kept.was().equals(part.name()))) {
        broken.add(what + " had `" + text(part) + "`, and now " + text(kept));
      }
    }
  }

  /// Events and entities go by their numbers and may be renamed; values have names only.
  private static boolean isSame(String file, TableLine old, TableLine now) {
    boolean byNumber = file.endsWith("events.table") || old.number() >= 1000;
    return byNumber && old.number() > 0
        ? old.number() == now.number()
        : old.name().equals(now.name());
  }

  private static String text(TableLine.Part part) {
    return part == null
        ? "nothing"
        : (part.number() + " " + part.type() + " " + part.name()).replace("  ", " ");
  }

  @Test
  void everySampleIsReadAsWhatWasWritten() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path version : versions()) {
      int number = Integer.parseInt(version.getFileName().toString().substring(1));
      for (String file : FormatFiles.SAMPLES) {
        for (Sample sample : FormatFiles.samples(version.resolve(file))) {
          read(FormatFiles.formats(file), sample, number, broken);
        }
      }
    }
    assertThat(broken).as("Bytes that are read as something else." + ADVICE).isEmpty();
  }

  private static void read(FormatTable table, Sample sample, int version, List<String> broken) {
    ByteReader in = new ByteReader(sample.rawBytes());
    Object[] read = new Object[1];
    assertThatCode(() -> read[0] = table.read(in, version))
        .as("%s of version %s cannot be read any more.%s", sample.title(), version, ADVICE)
        .doesNotThrowAnyException();
    in.expectEnd();
    ChoiceFormat.Alternative written = table.records().of(read[0]);
    if (written.number() != sample.number()) {
      return; // lifted: what it became is for its own test to say
    }
    TreeMap<String, String> now = new TreeMap<>();
    Leaves.of(written, read[0]).forEach(leaf -> now.put(path(leaf), leaf));
    for (String leaf : sample.leaves()) {
      String other = now.getOrDefault(path(leaf), leaf); // absent where a field was retired
      if (!other.equals(leaf) && !isReadAs(leaf, other)) {
        broken.add("v" + version + " " + sample.title() + ": `" + leaf + "`, now `" + other + "`");
      }
    }
    boolean whole = sample.leaves().stream().allMatch(now::containsValue);
    ByteWriter again = new ByteWriter();
    table.writeKnown(read[0], version, again);
    if (whole) {
      assertThat(again.toBytes()).as(sample.title() + ADVICE).isEqualTo(sample.rawBytes());
    }
  }

  private static String path(String leaf) {
    return leaf.substring(0, leaf.indexOf(' '));
  }

  /// Whether a table says that the one constant is read as the other.
  private static boolean isReadAs(String leaf, String other) {
    String constant = leaf.substring(leaf.indexOf(' ') + 1);
    String now = other.substring(other.indexOf(' ') + 1);
    return TableLine.parse(ValueFormats.TEXT).stream()
        .flatMap(line -> line.parts().stream())
        .anyMatch(part -> part.name().equals(constant) && part.as().equals(now));
  }

  @Test
  void everyJournalIsReplayedToTheStateThatItWasWrittenFor() throws IOException {
    for (Path version : versions()) {
      int number = Integer.parseInt(version.getFileName().toString().substring(1));
      List<Path> journals = FormatFiles.journals(version);
      assertThat(journals).as("Journals of %s", version).isNotEmpty();
      for (Path journal : journals) {
        assertThat(JournalSample.read(Files.readString(journal), number))
            .as("%s is read as something else.%s", journal, ADVICE)
            .isEmpty();
      }
    }
  }

  /// Quarantine needs a bug, and roles are assigned once by the start.
  @Test
  void everyKindOfEventThatHappensOfItselfIsInAJournal() throws IOException {
    TreeSet<String> missing = new TreeSet<>();
    for (Class<?> group : Event.class.getPermittedSubclasses()) {
      Stream.of(group.getPermittedSubclasses()).forEach(each -> missing.add(each.getSimpleName()));
    }
    for (Path journal : FormatFiles.journals(NOW)) {
      missing.removeAll(JournalSample.kinds(Files.readString(journal)));
    }

    assertThat(missing)
        .as(
            "Let a world of the faults have it, and write the journals anew with JournalFiles of the"
                + " simulator (its SEEDS are to have every kind).%s",
            ADVICE)
        .containsExactly("QuarantineEnded", "Quarantined", "RoleRemoved");
  }

  @Test
  void aJournalThatIsReadAsSomethingElseIsNoticed() throws IOException {
    String whole = Files.readString(FormatFiles.journals(NOW).getLast());
    String digest = whole.split(" ")[3];

    assertThat(JournalSample.read(whole.replaceFirst(digest, "0" + digest.substring(1)), 1))
        .containsExactly("the state at " + whole.split(" ")[2] + " is another");
    assertThat(JournalSample.read(whole.substring(0, whole.indexOf('\n') + 1), 1))
        .containsExactly("there is no end");
    assertThat(JournalSample.read(whole.replaceFirst("(?m)^1 ", "2 "), 1))
        .singleElement()
        .asString()
        .startsWith("the chain's hash is");
  }

  @Test
  void theTablesOfThisVersionAreKept() throws IOException {
    List<String> different = new ArrayList<>();
    for (String file : FormatFiles.TABLES) {
      if (!Files.readString(NOW.resolve(file)).equals(FormatFiles.text(file))) {
        different.add(file);
      }
    }
    assertThat(different)
        .as("Files in %s that are not what the code says.%s", NOW, ADVICE)
        .isEmpty();
  }
}
