package ebb.kernel.walls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import ebb.kernel.walls.planted.Sins;
import java.lang.classfile.ClassModel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A wall that refuses nothing looks like one that holds. Each is proven on a planted violation.
class WallsBiteTest {
  private static final Map<String, Wall> REFUSED_BY = new TreeMap<>();

  static {
    REFUSED_BY.put("AsksTheClock", Walls.CLOCK);
    REFUSED_BY.put("AsksTheClockByReference", Walls.CLOCK);
    REFUSED_BY.put("MeasuresTime", Walls.CLOCK);
    REFUSED_BY.put("ReadsASetting", Walls.ENVIRONMENT);
    REFUSED_BY.put("CountsProcessors", Walls.ENVIRONMENT);
    REFUSED_BY.put("AsksWhatWasCollected", Walls.ENVIRONMENT);
    REFUSED_BY.put("DrawsAnId", Walls.RANDOMNESS);
    REFUSED_BY.put("DrawsWithoutSeed", Walls.RANDOMNESS);
    REFUSED_BY.put("DrawsFromADefault", Walls.RANDOMNESS);
    REFUSED_BY.put("DrawsWithSeed", Walls.RANDOMNESS);
    REFUSED_BY.put("DrawsOldStyle", Walls.RANDOMNESS);
    REFUSED_BY.put("StartsAThread", Walls.THREADS);
    REFUSED_BY.put("RunsInParallel", Walls.THREADS);
    REFUSED_BY.put("OnlyHasAFieldOfIt", Walls.THREADS);
    REFUSED_BY.put("OnlyNamesItInGenerics", Walls.OUTSIDE);
    REFUSED_BY.put("Prints", Walls.OUTSIDE);
    REFUSED_BY.put("LooksAtARecord", Walls.OUTSIDE);
    REFUSED_BY.put("CallsByReflection", Walls.OUTSIDE);
    REFUSED_BY.put("FormatsInTheMachinesLanguage", Walls.LOCALE_AND_MATH);
    REFUSED_BY.put("LowersInTheMachinesLanguage", Walls.LOCALE_AND_MATH);
    REFUSED_BY.put("RoundsAsTheProcessorDoes", Walls.LOCALE_AND_MATH);
    REFUSED_BY.put("HashesAMap", Walls.ORDER);
    REFUSED_BY.put("MakesAnUnorderedMap", Walls.ORDER);
    REFUSED_BY.put("CopiesToASet", Walls.ORDER);
    REFUSED_BY.put("CollectsToASet", Walls.ORDER);
    REFUSED_BY.put("GroupsIntoAHashMap", Walls.ORDER);
    REFUSED_BY.put("WalksAHeap", Walls.ORDER);
    REFUSED_BY.put("TakesTheFirstOfAHeap", Walls.ORDER);
    REFUSED_BY.put("OrdersByIdentity", Walls.ORDER);
  }

  static Stream<String> sins() {
    return Arrays.stream(Sins.class.getDeclaredClasses())
        .map(Class::getSimpleName)
        .filter(sin -> !sin.endsWith("InAStatic"))
        .sorted();
  }

  @ParameterizedTest
  @MethodSource("sins")
  void everySinIsRefusedByItsWallWithTheReason(String sin) {
    Wall wall = REFUSED_BY.get(sin);
    assertThat(wall).as("the wall that refuses " + sin).isNotNull();
    assertThatThrownBy(() -> wall.holdsFor(List.of(planted(sin))))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(sin)
        .hasMessageContaining(wall.why());
  }

  @Test
  void whatTheKernelNeedsIsNotRefused() {
    List<ClassModel> virtues =
        Stream.of("", "$Phase", "$Phase$Queued", "$Phase$Running", "$Colour")
            .map(name -> plantedClass("Virtues" + name))
            .toList();
    Walls.KERNEL.forEach(wall -> assertThat(wall.breaches(virtues)).as(wall.what()).isEmpty());
    Walls.holdsNoStaticState(virtues);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CountsInAStatic.bite",
        "KeepsATableInAStatic.BITE",
        "KeepsAnArrayInAStatic.BITE",
        "KeepsAListThatGrowsInAStatic.BITE",
        "KeepsACounterInAStatic.BITE"
      })
  void aStaticThatCanChangeIsRefused(String field) {
    ClassModel sin = planted(field.substring(0, field.indexOf('.')));
    assertThatThrownBy(() -> Walls.holdsNoStaticState(List.of(sin)))
        .hasMessageContaining(field)
        .hasMessageContaining("belongs into the state");
  }

  @Test
  void theSimulatorMayDrawWithASeedOnly() {
    Wall randomness = Walls.simulator("none", "none", "none").get(2);
    assertThat(randomness.breaches(List.of(planted("DrawsWithSeed")))).isEmpty();
    for (String sin :
        List.of("DrawsWithoutSeed", "DrawsFromADefault", "DrawsOldStyle", "DrawsAnId")) {
      assertThat(randomness.breaches(List.of(planted(sin)))).as(sin).isNotEmpty();
    }
  }

  @Test
  void onlyTheNamedClassOfTheSimulatorMayPrint() {
    String prints = Sins.class.getName() + "$Prints";
    List<ClassModel> planted = List.of(planted("Prints"));
    assertThat(Walls.simulator(prints, "none", "none").get(4).breaches(planted)).isEmpty();
    assertThat(Walls.simulator("another", "none", "none").get(4).breaches(planted)).isNotEmpty();
  }

  @Test
  void onlyTheNamedClassOfTheSimulatorMayKeepAHeapAndTakesTheFirstOfIt() {
    String takes = Sins.class.getName() + "$TakesTheFirstOfAHeap";
    List<ClassModel> planted = List.of(planted("TakesTheFirstOfAHeap"));
    assertThat(Walls.simulator("none", "none", takes).get(6).breaches(planted)).isEmpty();
    assertThat(Walls.simulator("none", "none", "another").get(6).breaches(planted)).isNotEmpty();
    String walks = Sins.class.getName() + "$WalksAHeap";
    assertThat(
            Walls.simulator("none", "none", walks).get(6).breaches(List.of(planted("WalksAHeap"))))
        .isNotEmpty();
  }

  @Test
  void onlyTheNamedClassOfTheKernelMayLookAtRecordsAndCallsNothing() {
    String looks = Sins.class.getName() + "$LooksAtARecord";
    assertThat(Walls.kernel(looks).get(4).breaches(List.of(planted("LooksAtARecord")))).isEmpty();
    assertThat(Walls.kernel("another").get(4).breaches(List.of(planted("LooksAtARecord"))))
        .isNotEmpty();
    String calls = Sins.class.getName() + "$CallsByReflection";
    assertThat(Walls.kernel(calls).get(4).breaches(List.of(planted("CallsByReflection"))))
        .isNotEmpty();
  }

  @Test
  void theTableRefusesWhatDoesNotStandInIt() {
    String base = Sins.class.getPackageName();
    JavaClasses planted = new ClassFileImporter().importPackages(base);
    String report = new ImportTable(base).imports().evaluate(planted).getFailureReport().toString();
    assertThat(report)
        .contains("kernel.protocol may not import kernel.money")
        .contains("kernel.job may not import kernel.quota")
        .contains("kernel.quota may not import kernel.job")
        .contains("simulator may not import app.backend.slurm")
        .contains("app.backend.local may not import app.backend.slurm")
        .contains("app.wire may not import kernel.protocol")
        .contains("app.stray may not import app.wire")
        .contains("app.cli may not import app:")
        .contains("agent may not import kernel.money")
        .contains("change it here and in ARCHITECTURE.md")
        .doesNotContain("kernel.job may not import kernel.money")
        .doesNotContain("simulator may not import kernel")
        .doesNotContain("app may not import");
  }

  @Test
  void aCycleOfPackagesIsRefused() {
    String base = Sins.class.getPackageName();
    JavaClasses planted = new ClassFileImporter().importPackages(base);
    assertThat(new ImportTable(base).cycles().evaluate(planted).getFailureReport().toString())
        .contains("kernel.job")
        .contains("kernel.quota")
        .contains("cannot be read in any order");
  }

  private static ClassModel planted(String sin) {
    return plantedClass("Sins$" + sin);
  }

  private static ClassModel plantedClass(String name) {
    try {
      return ByteCode.of(Class.forName(Sins.class.getPackageName() + "." + name));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
