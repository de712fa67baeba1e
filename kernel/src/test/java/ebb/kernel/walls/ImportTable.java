package ebb.kernel.walls;

import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who may import whom, for all modules: the table of ARCHITECTURE.md as a test. `kernel.*` stands
/// for any subject of the kernel (cluster, job, quota, ...) and `app.backend.*` for any backend:
/// subjects do not import each other, nor do backends. A package of the app that has no row is
/// refused until it is given one.
public final class ImportTable {
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("kernel.protocol", Set.of()),
          Map.entry("kernel.money", Set.of("kernel.protocol")),
          Map.entry("kernel.access", Set.of("kernel.protocol")),
          Map.entry("kernel.*", Set.of("kernel.protocol", "kernel.money", "kernel.access")),
          Map.entry(
              "kernel.placement",
              Set.of("kernel.protocol", "kernel.money", "kernel.access", "kernel.*")),
          Map.entry(
              "kernel",
              Set.of(
                  "kernel.protocol",
                  "kernel.money",
                  "kernel.access",
                  "kernel.*",
                  "kernel.codec",
                  "kernel.placement")),
          Map.entry(
              "kernel.codec",
              Set.of("kernel.protocol", "kernel.money", "kernel.access", "kernel.*")),
          Map.entry(
              "kernel.engine",
              Set.of("kernel", "kernel.protocol", "kernel.money", "kernel.access", "kernel.*")),
          Map.entry(
              "simulator",
              Set.of(
                  "kernel",
                  "kernel.protocol",
                  "kernel.money",
                  "kernel.access",
                  "kernel.*",
                  "kernel.codec",
                  "kernel.placement",
                  "kernel.engine")),
          Map.entry("agent", Set.of()),
          Map.entry("app.wire", Set.of()),
          Map.entry("app.http", Set.of()),
          Map.entry("app.code", Set.of("app.files")),
          Map.entry("app.data", Set.of("app.files", "kernel.protocol")),
          Map.entry("app.asset", Set.of("app.files", "kernel.protocol")),
          Map.entry(
              "app.environment",
              Set.of("app.asset", "app.files", "app.specification", "kernel.protocol")),
          Map.entry("app.files", Set.of()),
          Map.entry("app.secrets", Set.of("app.files", "kernel.protocol")),
          Map.entry("app.config", Set.of()),
          Map.entry("app.catalogue", Set.of("kernel.protocol")),
          Map.entry("app.certificate", Set.of("app.files")),
          Map.entry(
              "app.view",
              Set.of(
                  "kernel",
                  "kernel.protocol",
                  "kernel.money",
                  "kernel.access",
                  "kernel.*",
                  "kernel.placement",
                  "kernel.engine")),
          Map.entry("app.loop", Set.of("app.view", "kernel", "kernel.protocol", "kernel.engine")),
          Map.entry(
              "app.api",
              Set.of(
                  "app.wire",
                  "app.http",
                  "app.identity",
                  "app.view",
                  "app.loop",
                  "app.journal",
                  "app.specification",
                  "app.asset",
                  "app.code",
                  "app.data",
                  "app.environment",
                  "app.files",
                  "app.secrets",
                  "kernel",
                  "kernel.protocol",
                  "kernel.money",
                  "kernel.access",
                  "kernel.*")),
          Map.entry("app.identity", Set.of("app.files", "kernel.protocol")),
          Map.entry(
              "app.journal",
              Set.of(
                  "app.files",
                  "kernel",
                  "kernel.protocol",
                  "kernel.money",
                  "kernel.codec",
                  "kernel.engine")),
          Map.entry("app.specification", Set.of("app.files")),
          Map.entry(
              "app.backend.*",
              Set.of(
                  "kernel.engine",
                  "kernel.protocol",
                  "agent",
                  "app.specification",
                  "app.code",
                  "app.data",
                  "app.environment",
                  "app.secrets",
                  "app.files")),
          Map.entry("app.cli", Set.of("app.wire", "app.config", "app.code", "app.files")),
          Map.entry("app.submitter", Set.of("agent", "app.cli")));

  private static final Set<String> KERNEL_ROWS =
      Set.of("protocol", "money", "access", "codec", "placement", "engine");

  private final String base;

  /// The table for packages below `base`: `ebb`, or the folder of a planted violation.
  public ImportTable(String base) {
    this.base = base;
  }

  /// The compiled classes below `folder`.
  public static JavaClasses classesIn(Path folder) {
    return new ClassFileImporter().importPath(folder);
  }

  /// Every import stands in the table.
  public ArchRule imports() {
    return classes()
        .that(areOurs())
        .should(
            new ArchCondition<JavaClass>("import only what the table allows") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (Dependency use : type.getDirectDependenciesFromSelf()) {
                  JavaClass target = use.getTargetClass().getBaseComponentType();
                  if (isOurs(target) && !mayImport(below(type), below(target))) {
                    events.add(
                        violated(
                            use,
                            below(type)
                                + " may not import "
                                + below(target)
                                + ": "
                                + use.getDescription()));
                  }
                }
              }
            })
        .because(
            "the kernel decides alone, the simulator cannot cheat with a live adapter, and only"
                + " app.api knows both Azure's words and ours. Move the code to where both sides"
                + " may be known, pass a value instead, or, when the table itself is wrong, change"
                + " it here and in ARCHITECTURE.md with a decision record")
        .allowEmptyShould(true);
  }

  /// No two packages import each other, over however many steps.
  public ArchRule cycles() {
    return SlicesRuleDefinition.slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass type) {
                return isOurs(type)
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
              }

              @Override
              public String getDescription() {
                return "each package";
              }
            })
        .should()
        .beFreeOfCycles()
        .because(
            "packages that need each other are one package that cannot be read in any order. Move"
                + " what both need below them, or put them together")
        .allowEmptyShould(true);
  }

  private boolean mayImport(String from, String to) {
    String fromSlice = slice(from);
    String toSlice = slice(to);
    if (fromSlice.equals(toSlice)) {
      return true;
    }
    if (fromSlice.equals("app")) {
      return true; // Main assembles everything
    }
    Set<String> allowed = MAY_IMPORT.get(row(fromSlice));
    return allowed != null && allowed.contains(row(toSlice));
  }

  /// The unit that has a row: a package with all that is below it.
  private static String slice(String name) {
    List<String> parts = List.of(name.split("\\."));
    int depth =
        switch (parts.getFirst()) {
          case "kernel" -> 2;
          case "app" -> name.startsWith("app.backend.") ? 3 : 2;
          default -> 1; // simulator and agent are one unit each
        };
    return String.join(".", parts.subList(0, Math.min(depth, parts.size())));
  }

  private static String row(String slice) {
    if (slice.startsWith("kernel.") && !KERNEL_ROWS.contains(slice.substring(7))) {
      return "kernel.*";
    }
    return slice.startsWith("app.backend.") ? "app.backend.*" : slice;
  }

  private String below(JavaClass type) {
    return type.getPackageName().substring(base.length() + 1);
  }

  private boolean isOurs(JavaClass type) {
    return type.getPackageName().startsWith(base + ".");
  }

  private DescribedPredicate<JavaClass> areOurs() {
    return DescribedPredicate.describe("are ours", this::isOurs);
  }
}
