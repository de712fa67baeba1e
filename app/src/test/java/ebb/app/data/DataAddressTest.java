package ebb.app.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ebb.kernel.protocol.Scope;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DataAddressTest {
  private static final Scope LAB = Scope.workspace("sub", "team", "lab");

  @Test
  void slashesAtTheEndsAndSideBySideAreNoNames() throws Exception {
    for (String path : new String[] {"a/b", "/a/b", "//a//b//", "a///b/"}) {
      assertThat(DataAddress.parse("azureml://datastores/rows/paths/" + path, LAB))
          .as(path)
          .isEqualTo(new DataAddress.InDatastore("rows", "a/b"));
    }
    assertThat(DataAddress.parse("azureml://datastores/rows/paths///", LAB))
        .isEqualTo(new DataAddress.InDatastore("rows", ""));
  }

  @Test
  void runOfSlashesIsReadInAnInstant() {
    String slashes = "/".repeat(1 << 20);
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () ->
            assertThat(DataAddress.parse("azureml://datastores/rows/paths/a" + slashes + "b", LAB))
                .isEqualTo(new DataAddress.InDatastore("rows", "a/b")));
  }
}
