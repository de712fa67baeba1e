package ebb.kernel.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Isolation;
import ebb.kernel.protocol.JobId;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Two versions of a small vocabulary: what the first wrote must mean the same in the second.
class EvolutionTest {

  /// As the first version had it.
  sealed interface First {
    enum Place {
      TOWN,
      SPOT
    }

    record Road(int metres) {}

    record Left(JobId who, long deadline, Place from) implements First {}

    record Walked(List<Road> roads, int unit) implements First {}

    record Arrived(JobId who) implements First {}

    FormatTable TABLE =
        FormatTable.draft(
                """
                1 Left: 1 JobId who, 2 long deadline, 3 Place from
                2 Walked: 1 List<Road> roads, 2 int unit
                3 Arrived: 1 JobId who
                Road: 1 int metres
                enum Place: 1 TOWN, 2 SPOT
                id JobId
                """,
                "",
                First.class)
            .build();
  }

  /// As the second has it.
  sealed interface Second {
    enum Place {
      HILL,
      TOWN
    }

    record Road(int metres, String name) {}

    /// `deadline` became `due`, and `late` follows from it.
    record Departed(Place from, JobId who, long due, boolean late) implements Second {}

    /// `unit` went, `steps` took its place.
    record Walked(List<Road> roads, long steps) implements Second {}

    /// Took the place of `Arrived`, which did not say where.
    record Reached(JobId who, Place where) implements Second {}

    record Slept(JobId who) implements Second {}

    /// Kept for bytes of the first version.
    record Arrived(JobId who) {}

    FormatTable TABLE =
        FormatTable.draft(
                """
                1 Departed: 1 JobId who, 2 long due was deadline, 3 Place from,
                  4 boolean late since 2
                2 Walked: 1 List<Road> roads, 2 int unit until 1,
                  3 long steps since 2
                3 Arrived until 1: 1 JobId who
                4 Reached since 2: 1 JobId who, 2 Place where
                5 Slept since 2: 1 JobId who
                Road: 1 int metres, 2 String name since 2
                enum Place: 1 TOWN, 2 SPOT as TOWN, 3 HILL
                id JobId
                """,
                "",
                Second.class)
            .whenAbsent("Departed", "late", old -> old.get("due", Long.class) < 100)
            .whenAbsent("Walked", "steps", old -> 10L * old.get("unit", Integer.class))
            .whenAbsent("Road", "name", old -> "a road")
            .lifted("Arrived", Arrived.class, old -> new Reached(old.who(), Place.TOWN))
            .build();
  }

  private static final JobId WHO = new JobId(7);

  private static byte[] written(FormatTable table, Object record, int version) {
    ByteWriter out = new ByteWriter();
    table.records().write(record, version, out);
    return out.toBytes();
  }

  private static Object lifted(Object first) {
    ByteReader in = new ByteReader(written(First.TABLE, first, 1));
    Object second = Second.TABLE.read(in, 1);
    in.expectEnd();
    return second;
  }

  @Test
  void aRenamedFieldKeepsItsValueAndANewOneFollowsFromIt() {
    assertThat(lifted(new First.Left(WHO, 99, First.Place.TOWN)))
        .isEqualTo(new Second.Departed(Second.Place.TOWN, WHO, 99, true));
  }

  @Test
  void aConstantThatIsGoneIsReadAsAnother() {
    assertThat(lifted(new First.Left(WHO, 100, First.Place.SPOT)))
        .isEqualTo(new Second.Departed(Second.Place.TOWN, WHO, 100, false));
  }

  @Test
  void aRetiredFieldBecomesWhatTookItsPlaceAndNestedRecordsGrowToo() {
    assertThat(lifted(new First.Walked(List.of(new First.Road(5), new First.Road(6)), 3)))
        .isEqualTo(
            new Second.Walked(
                List.of(new Second.Road(5, "a road"), new Second.Road(6, "a road")), 30));
  }

  @Test
  void aRetiredRecordIsReadAsWhatTookItsPlace() {
    assertThat(lifted(new First.Arrived(WHO)))
        .isEqualTo(new Second.Reached(WHO, Second.Place.TOWN));
  }

  @Test
  void whatTheSecondVersionWritesItReads() {
    for (Object each :
        List.of(
            new Second.Departed(Second.Place.HILL, WHO, 1, true),
            new Second.Walked(List.of(new Second.Road(5, "High Street")), 31),
            new Second.Reached(WHO, Second.Place.HILL))) {
      ByteReader in = new ByteReader(written(Second.TABLE, each, 2));
      assertThat(Second.TABLE.read(in, 2)).isEqualTo(each);
      in.expectEnd();
    }
  }

  @Test
  void theFirstVersionRefusesWhatItCannotKnow() {
    List<Object> newer =
        List.of(
            new Second.Slept(WHO), // an event
            new Second.Departed(Second.Place.TOWN, WHO, 1, true), // a field
            new Second.Walked(List.of(), 1));
    for (Object each : newer) {
      byte[] bytes = written(Second.TABLE, each, 2);
      assertThatThrownBy(() -> First.TABLE.read(new ByteReader(bytes), 1))
          .isInstanceOf(NewerFormat.class)
          .hasMessageContaining("newer version of Ebb")
          .hasMessageContaining("Start that version");
    }
  }

  @Test
  void theFirstVersionRefusesANewConstant() {
    byte[] bytes = written(Second.TABLE, new Second.Departed(Second.Place.HILL, WHO, 1, true), 1);
    assertThatThrownBy(() -> First.TABLE.read(new ByteReader(bytes), 1))
        .isInstanceOf(NewerFormat.class)
        .hasMessageContaining("Place has no constant 3");
  }

  @Test
  void aDigestHoldsOnlyWhatItsVersionKnew() {
    StateDigest second = new StateDigest(Second.TABLE, 1);
    second.add(new Second.Departed(Second.Place.TOWN, WHO, 5, true));
    second.add(new Second.Slept(WHO));
    StateDigest first = new StateDigest(First.TABLE, 1);
    first.add(new First.Left(WHO, 5, First.Place.TOWN));
    assertThat(second.finish()).isEqualTo(first.finish());
  }

  @Test
  void aDigestOfTheSecondVersionHoldsAllOfIt() {
    StateDigest early = new StateDigest(Second.TABLE, 2);
    early.add(new Second.Departed(Second.Place.TOWN, WHO, 5, true));
    StateDigest late = new StateDigest(Second.TABLE, 2);
    late.add(new Second.Departed(Second.Place.TOWN, WHO, 5, false));
    assertThat(early.finish()).isNotEqualTo(late.finish());
  }

  /// What a home has whose nodes were asked for before any said what it lacks.
  @Test
  void aNodeOfBeforeThereWereWeaknessesHasNone() {
    byte[] bytes =
        HexFormat.of()
            .parseHex("320703e90703ea0703eb070388b083c59868098cb083c59868010190b083c59868");

    assertThat(EventFormats.TABLE.read(new ByteReader(bytes), 1))
        .isInstanceOfSatisfying(
            Event.NodeRequested.class,
            requested -> {
              assertThat(requested.isolation()).isEqualTo(Isolation.SANDBOX);
              assertThat(requested.weaknesses()).isEmpty();
            });
  }
}
