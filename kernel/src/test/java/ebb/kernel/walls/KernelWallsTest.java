package ebb.kernel.walls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassModel;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// The kernel cannot do anything but decide. `module-info` keeps libraries out; what java.base
/// itself offers of clocks, threads and files is refused here.
class KernelWallsTest {
  private static final Path CLASSES = Path.of("target", "classes");
  private static final List<ClassModel> KERNEL = ByteCode.classesIn(CLASSES);
  static final List<Wall> WALLS = Walls.KERNEL;

  @Test
  void thereIsAKernelToLookAt() {
    assertThat(KERNEL).isNotEmpty();
  }

  @ParameterizedTest
  @FieldSource("WALLS")
  void theKernelStaysBehindItsWalls(Wall wall) {
    wall.holdsFor(KERNEL);
  }

  @Test
  void theKernelKeepsNothingInStaticFields() {
    Walls.holdsNoStaticState(KERNEL);
  }

  @Test
  void theKernelRequiresJavaBaseOnly() throws IOException {
    try (InputStream module = Files.newInputStream(CLASSES.resolve("module-info.class"))) {
      assertThat(ModuleDescriptor.read(module).requires())
          .as(
              "a library in the kernel could read a clock or a file where no wall sees it: put what needs one into the app")
          .extracting(ModuleDescriptor.Requires::name)
          .containsExactly("java.base");
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
