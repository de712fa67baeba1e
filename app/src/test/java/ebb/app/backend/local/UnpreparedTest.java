package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.protocol.Cause;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Fact;
import ebb.agent.protocol.Usage;
import ebb.kernel.protocol.TaskEnd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpreparedTest {
  private static final String BUILDING = "ebb: environment: building 0123 with Python 3.13.5\n";
  private static final String FAILED =
      "ebb: environment: could not be built: the lines above say why\n";

  @TempDir Path folder;

  private Optional<TaskEnd> end(int code, String written) throws Exception {
    Path stderr = Files.writeString(folder.resolve("stderr"), written);
    Fact.Exited exited =
        new Fact.Exited(Instant.EPOCH, new ExitStatus.Code(code), Cause.EXITED, "", Usage.UNKNOWN);
    return Unprepared.of(exited, stderr).map(Unprepared::end);
  }

  @Test
  void packageThatDoesNotExistIsTheJobsOwnFaultAndAnIndexThatIsDownIsNot() throws Exception {
    String none = "ERROR: No matching distribution found for no-such-thing==1.0\n";
    assertThat(end(125, BUILDING + none + FAILED)).contains(TaskEnd.REFUSED);
    String down = "WARNING: Retrying: NewConnectionError('[Errno 111] Connection refused')\n";
    assertThat(end(125, BUILDING + down + none + FAILED)).contains(TaskEnd.LOST);
  }

  @Test
  void commandThatEndsWithTheSameCodeHasRun() throws Exception {
    assertThat(end(125, "")).isEmpty();
    assertThat(end(125, BUILDING + "ebb: environment: built\n")).isEmpty();
    assertThat(end(125, "ebb: image: pulling a/b:1\nebb: image: pulled a/b:1\n")).isEmpty();
    assertThat(end(125, BUILDING + "ebb: environment: built\nmy own words\n")).isEmpty();
    assertThat(end(1, FAILED)).isEmpty();
  }
}
