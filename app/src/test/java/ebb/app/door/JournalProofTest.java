package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `ebb journal prove`, typed as a person does.
class JournalProofTest {
  @TempDir Path folder;

  private record Said(int code, String out, String err) {
    /// What stands after a word at the beginning of a line.
    String after(String word) {
      return out.lines()
          .filter(line -> line.startsWith(word + " "))
          .map(line -> line.substring(word.length() + 1))
          .findFirst()
          .orElseThrow();
    }
  }

  private Said prove(Path home, Object... options) throws Exception {
    StringBuilder line = new StringBuilder("journal prove --home " + home);
    for (Object option : options) {
      line.append(' ').append(option);
    }
    Typed.Said said = new Typed(folder, home).ebb(line.toString());
    return new Said(said.code(), said.out(), said.err());
  }

  @Test
  void aJournalIsProvenWholeAndInPartsAndWhatWasChangedInItIsFound() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      server.cluster(1);
      server.submit("one", "true");
      server.awaitJob("one", "ended");
      assertThat(prove(server.home()).code()).as("while the server runs").isZero();
      server.terminate();

      Said whole = prove(server.home());
      assertThat(whole.code()).as(whole.err()).isZero();
      long end = Long.parseLong(whole.after("events").split(" to ")[1]);
      assertThat(whole.after("after")).isEqualTo("0".repeat(64));
      assertThat(whole.after("digest")).matches("[0-9a-f]{64}");
      assertThat(Integer.parseInt(whole.after("batches"))).isGreaterThan(5);

      Said begin = prove(server.home(), "--to", end / 2);
      long middle = Long.parseLong(begin.after("events").split(" to ")[1]);
      assertThat(middle).isBetween(end / 2, end - 1);
      Said rest = prove(server.home(), "--from", middle + 1);
      assertThat(rest.after("after")).isEqualTo(begin.after("digest"));
      assertThat(rest.after("digest")).isEqualTo(whole.after("digest"));

      Said beyond = prove(server.home(), "--to", end + 1);
      assertThat(beyond.code()).isEqualTo(2);
      assertThat(beyond.err()).contains("has the events 1 to " + end);
      assertThat(prove(folder).err()).contains("There is no journal at");

      long bad = middle + 1;
      change(server.home().resolve("journal.db"), bad);
      Said broken = prove(server.home());
      assertThat(broken.code()).isEqualTo(1);
      assertThat(broken.err()).contains("broken at event " + bad + ":", "checksum", "backup");
      assertThat(broken.out()).contains("events 1 to " + middle);
      assertThat(broken.after("digest")).isEqualTo(begin.after("digest"));
      assertThat(prove(server.home(), "--to", middle).code()).isZero();
    }
  }

  /// Changes the last byte of the batch that begins with the event.
  private static void change(Path file, long event) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      String row = " FROM batch WHERE first_sequence = " + event;
      byte[] bytes;
      try (ResultSet found = statement.executeQuery("SELECT bytes" + row)) {
        bytes = found.getBytes(1);
      }
      bytes[bytes.length - 1] ^= 1;
      try (var update =
          connection.prepareStatement("UPDATE batch SET bytes = ? WHERE first_sequence = ?")) {
        update.setBytes(1, bytes);
        update.setLong(2, event);
        assertThat(update.executeUpdate()).isEqualTo(1);
      }
    }
  }
}
