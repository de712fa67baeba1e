package ebb.app.walls;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import ebb.kernel.walls.ImportTable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The import table and the cycles over all modules at once. That each rule bites is shown by
/// `WallsBiteTest` in the kernel, where the table stands.
class ModuleWallsTest {
  private static JavaClasses everything;

  @BeforeAll
  static void readClasses() {
    List<Path> folders =
        Repository.MODULES.stream()
            .map(module -> Repository.root().resolve(module).resolve("target/classes"))
            .filter(Files::isDirectory)
            .toList();
    everything = new ClassFileImporter().importPaths(folders);
  }

  @Test
  void thereIsSomethingToLookAt() {
    assertThat(everything.size()).isPositive();
  }

  @Test
  void importsStandInTheTable() {
    new ImportTable("ebb").imports().check(everything);
  }

  @Test
  void packagesHaveNoCycles() {
    new ImportTable("ebb").cycles().check(everything);
  }

  @Test
  void theAgentRequiresJavaBaseOnly() throws IOException {
    Path module = Repository.root().resolve("agent/target/classes/module-info.class");
    try (InputStream bytes = Files.newInputStream(module)) {
      assertThat(ModuleDescriptor.read(bytes).requires())
          .as(
              "the agent outlives servers and is small: a library in it would have to be upgraded under running work")
          .extracting(ModuleDescriptor.Requires::name)
          .containsExactly("java.base");
    }
  }
}
