package ebb.kernel.codec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A table that does not fit its records is refused at once, and the refusal says what to write.
class TableCheckTest {
  sealed interface Thought {
    enum Mood {
      GOOD,
      BAD
    }

    record Doubt(long at, List<String> about, Mood mood) implements Thought {}
  }

  private static final String MOOD = "enum Mood: 1 GOOD, 2 BAD\n";
  private static final String DOUBT = "1 Doubt: 1 long at, 2 List<String> about, 3 Mood mood\n";

  private static void refused(String table, String... because) {
    assertThatThrownBy(() -> FormatTable.draft(table, "", Thought.class).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(because);
  }

  @Test
  void theTableThatFitsIsTaken() {
    FormatTable.draft(DOUBT + MOOD, "", Thought.class).build();
  }

  @Test
  void aRecordWithoutALineIsNamedWithTheLineItNeeds() {
    refused(MOOD, "Doubt: 1 long at, 2 List<String> about, 3 Mood mood");
  }

  @Test
  void aComponentWithoutANumberIsNamedWithTheWordsItNeeds() {
    refused(
        "1 Doubt: 1 long at, 2 List<String> about\n" + MOOD,
        "lacks the component mood",
        "3 Mood mood");
  }

  @Test
  void aFieldThatIsNoComponentIsRefused() {
    refused(
        "1 Doubt: 1 long at, 2 List<String> about, 3 Mood mood, 4 int odd\n" + MOOD,
        "names odd, which is no component",
        "keeps its number");
  }

  @Test
  void aTypeThatChangedIsRefused() {
    refused(DOUBT.replace("long at", "int at") + MOOD, "at is a int, but it is a long");
  }

  @Test
  void aComponentThatIsThereTwiceIsRefused() {
    refused(DOUBT.replace("mood\n", "mood, 4 long at\n") + MOOD, "has at twice");
  }

  @Test
  void aNumberOutOfItsPlaceIsRefused() {
    refused(DOUBT.replace("2 List", "4 List") + MOOD, "found 4 about where 2 was due");
  }

  @Test
  void aNewFieldMustComeLastAndSayWhatItMeantBefore() {
    refused(DOUBT.replace("at,", "at since 2,") + MOOD, "has about since 1 after one since 2");
    refused(DOUBT.replace("mood\n", "mood since 2\n") + MOOD, "mood", "whenAbsent");
  }

  @Test
  void aLineAboutNothingIsRefused() {
    refused(DOUBT + MOOD + "2 Certainty: 1 long at\n", "Certainty is about nothing that exists");
  }

  @Test
  void aNumberForTwoRecordsIsRefused() {
    assertThatThrownBy(() ->
            FormatTable.draft(
                    "1 Tag: 1 String name, 2 String value\n1 Retries: 1 int preempted,"
                        + " 2 int infrastructure, 3 int failed",
                    "",
                    ebb.kernel.protocol.Tag.class,
                    ebb.kernel.protocol.Retries.class)
                .build())
        .hasMessageContaining("the number 1 to two records, Tag and Retries");
  }

  @Test
  void aConstantWithoutANumberIsRefused() {
    refused(DOUBT + "enum Mood: 1 GOOD\n", "lacks the constant BAD", "2 BAD");
    refused(DOUBT + MOOD.replace("BAD", "SAD"), "names the constant SAD", "SAD as OTHER");
  }

  @Test
  void wordsThatMeanNothingAreRefused() {
    refused(DOUBT.replace("at,", "at maybe,") + MOOD, "maybe");
    refused(DOUBT + DOUBT + MOOD, "The format of Doubt is there twice");
  }
}
