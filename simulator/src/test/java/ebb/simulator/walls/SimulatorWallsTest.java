package ebb.simulator.walls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ebb.kernel.walls.ByteCode;
import ebb.kernel.walls.ImportTable;
import ebb.kernel.walls.Wall;
import ebb.kernel.walls.Walls;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassModel;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// One seed gives one world, in any JVM, and what-if cannot reach a live adapter.
class SimulatorWallsTest {
  /// The one class of the simulator that may print, the one that may read files, and the one that
  /// may keep a heap.
  private static final String PRINTER = "ebb.simulator.Report";

  private static final String READER = "ebb.simulator.TraceFile";
  private static final String HEAP = "ebb.simulator.VirtualTime";

  private static final Path CLASSES = Path.of("target", "classes");
  private static final List<ClassModel> SIMULATOR = ByteCode.classesIn(CLASSES);
  static final List<Wall> WALLS = Walls.simulator(PRINTER, READER, HEAP);

  @BeforeAll
  static void thereIsASimulatorToLookAt() {
    assumeFalse(SIMULATOR.isEmpty(), "the simulator has no classes yet");
  }

  @ParameterizedTest
  @FieldSource("WALLS")
  void theSimulatorStaysBehindItsWalls(Wall wall) {
    wall.holdsFor(SIMULATOR);
  }

  @Test
  void theSimulatorKeepsNothingInStaticFields() {
    Walls.holdsNoStaticState(SIMULATOR);
  }

  @Test
  void theSimulatorRequiresTheKernelOnly() throws IOException {
    try (InputStream module = Files.newInputStream(CLASSES.resolve("module-info.class"))) {
      assertThat(ModuleDescriptor.read(module).requires())
          .as(
              "what-if must not be able to reach a live adapter or a library with a clock of its own:"
                  + " put what needs one into the app")
          .extracting(ModuleDescriptor.Requires::name)
          .containsExactlyInAnyOrder("java.base", "ebb.kernel");
    }
  }

  @Test
  void importsStandInTheTable() {
    new ImportTable("ebb").imports().check(ImportTable.classesIn(CLASSES));
  }

  @Test
  void packagesHaveNoCycles() {
    new ImportTable("ebb").cycles().check(ImportTable.classesIn(CLASSES));
  }
}
