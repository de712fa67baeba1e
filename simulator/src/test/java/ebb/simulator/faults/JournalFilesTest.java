package ebb.simulator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.codec.FormatFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFilesTest {
  @TempDir Path formats;

  @Test
  void journalsOfSeedsThatAreUsedNoMoreDoNotStay() throws Exception {
    Path version = FormatFiles.unreleased(formats);
    Files.createFile(version.resolve("journal-of-another-seed.rows"));

    JournalFiles.main(new String[] {formats.toString()});

    assertThat(FormatFiles.journals(version))
        .isNotEmpty()
        .allSatisfy(journal -> assertThat(journal).isNotEmptyFile());
  }
}
