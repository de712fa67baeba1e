package ebb.app.walls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rules about how the sources of all modules are written.
class SourceWallsTest {

  @Test
  void everySourceKeepsTheRules() {
    List<Path> sources = Repository.mainSources();
    assertThat(sources).isNotEmpty();
    assertThat(
            sources.stream()
                .flatMap(file -> breaches(file).stream())
                .collect(Collectors.joining("\n")))
        .isEmpty();
  }

  private static List<String> breaches(Path file) {
    return SourceRules.breaches(file.toString().replace('\\', '/'), Repository.read(file));
  }

  @Test
  void everyPackageSaysWhatLivesThere() {
    var folders = new TreeSet<Path>();
    Repository.mainSources().stream()
        .filter(file -> !file.endsWith("module-info.java"))
        .forEach(file -> folders.add(file.getParent()));
    assertThat(folders).flatMap(SourceWallsTest::packageBreaches).isEmpty();
  }

  private static List<String> packageBreaches(Path folder) {
    Path info = folder.resolve("package-info.java");
    String text = Files.exists(Repository.root().resolve(info)) ? Repository.read(info) : "";
    return packageBreaches(info.toString(), text);
  }

  private static List<String> packageBreaches(String info, String text) {
    boolean documented = text.startsWith("///") || text.startsWith("/**");
    boolean app = info.startsWith("app");
    return Stream.of(
            documented
                ? ""
                : info
                    + " is missing or starts without a doc comment: say what lives in the package, what does not, and"
                    + " which class to read first.",
            !app || text.contains("@NullMarked")
                ? ""
                : info
                    + " lacks @NullMarked: without it NullAway does not know which values may be null.")
        .filter(breach -> !breach.isEmpty())
        .toList();
  }

  @Test
  void theAgentKnowsNothingOfJobs() {
    List<Path> sources = Repository.mainSources("agent");
    assertThat(sources).isNotEmpty();
    assertThat(sources)
        .flatMap(file -> agentBreaches(file.toString(), Repository.read(file)))
        .isEmpty();
  }

  private static final Pattern COMMENT_OR_STRING =
      Pattern.compile(
          "//[^\n]*|/\\*(?s:.*?)\\*/|\"\"\"(?s:.*?)\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])*'");

  private static List<String> agentBreaches(String file, String source) {
    String code = COMMENT_OR_STRING.matcher(source).replaceAll(" ");
    return Pattern.compile("(?i)\\w*job\\w*|\\bebb\\s*\\.\\s*(kernel|simulator|app)\\b")
        .matcher(code)
        .results()
        .map(found ->
            file
                + " says "
                + found.group()
                + ": the agent outlives servers of other versions, so it knows processes only. Say task or process,"
                + " and keep what a job means in the server.")
        .toList();
  }

  // Each rule, on a planted violation.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "JobManager",
        "JournalImpl",
        "StringUtil",
        "StringUtils",
        "TestHelper",
        "QuotaService",
        "EventProcessor",
        "JobData",
        "NodeInfo",
        "JobDto",
        "AbstractJob",
        "BaseJob"
      })
  void emptyNamesAreRefused(String name) {
    for (String kind :
        List.of("class %s {}", "record %s() {}", "interface %s {}", "enum %s { A }")) {
      assertThat(broken("app/A.java", kind.formatted(name))).contains("is named " + name);
      assertThat(broken("app/A.java", "class A { " + kind.formatted(name) + " }"))
          .contains("is named " + name);
    }
  }

  @Test
  void namesThatOnlyLookAlikeAreNot() {
    assertThat(broken("app/A.java", "record Database(int baseline) {} record Baseline() {}"))
        .isEmpty();
  }

  @Test
  void anAbstractClassIsRefused() {
    assertThat(broken("app/A.java", "abstract class A {}")).contains("is an abstract class");
    assertThat(broken("app/A.java", "class B { static abstract sealed class A permits C {} }"))
        .contains("is an abstract class");
    assertThat(broken("app/A.java", "interface A { int size(); }")).isEmpty();
  }

  @Test
  void aLongMethodIsRefused() {
    assertThat(broken("app/A.java", method(SourceRules.METHOD_LINES + 1)))
        .contains("lengthy has 71 lines, more than 70");
    assertThat(broken("app/A.java", method(SourceRules.METHOD_LINES))).isEmpty();
  }

  private static String method(int lines) {
    return "class A {\n/// Comments do not count.\nvoid lengthy() {\n"
        + "int a;\n".repeat(lines - 2)
        + "}\n}\n";
  }

  @Test
  void aLongFileIsRefused() {
    assertThat(broken("app/A.java", "// line\n".repeat(501)))
        .contains("has 501 lines, more than 500");
    assertThat(broken("app/A.java", "// line\n".repeat(500))).isEmpty();
  }

  @Test
  void aDefaultMustSayWhyItIsThere() {
    String over =
        "class A { int a(Object o) { return switch (o) {\n%s } } }".replace("} }", "}; }");
    String sealed = over.formatted("case Integer i -> 1;\ndefault -> 2;\n");
    String open = over.formatted("case Integer i -> 1;\ndefault -> 2; // any object may come\n");
    String number = over.replace("Object", "int").formatted("case 1 -> 1;\ndefault -> 2;\n");
    String statement = "class A { void a(int o) { switch (o) { case 1: break;\ndefault: } } }";
    assertThat(broken("kernel/A.java", sealed)).contains("A.java:3 has a default");
    assertThat(broken("app/A.java", sealed)).contains("A.java:3 has a default");
    assertThat(broken("kernel/A.java", open)).isEmpty();
    assertThat(broken("kernel/A.java", number)).contains("has a default");
    assertThat(broken("kernel/A.java", statement)).contains("has a default");
    assertThat(broken("app/A.java", number)).isEmpty();
  }

  @Test
  void aSuppressionMustSayWhy() {
    String suppression = "@Suppress" + "Warnings(\"unused\")";
    assertThat(broken("app/A.java", suppression + "\nclass A {}")).contains("without saying why");
    assertThat(broken("app/A.java", suppression + " // kept for readers\nclass A {}")).isEmpty();
    assertThat(broken("app/A.java", "// kept for readers\n" + suppression + "\nclass A {}"))
        .isEmpty();
  }

  @Test
  void aPackageWithoutWordsIsRefused() {
    assertThat(packageBreaches("kernel/x/package-info.java", "")).hasSize(1);
    assertThat(packageBreaches("kernel/x/package-info.java", "package x;")).hasSize(1);
    assertThat(packageBreaches("kernel/x/package-info.java", "/// Words.\npackage x;")).isEmpty();
    assertThat(packageBreaches("app/x/package-info.java", "/// Words.\npackage x;")).hasSize(1);
    assertThat(packageBreaches("app/x/package-info.java", "/// Words.\n@NullMarked\npackage x;"))
        .isEmpty();
  }

  @Test
  void anAgentThatKnowsJobsIsRefused() {
    assertThat(agentBreaches("A.java", "record A(long jobId) {}")).hasSize(1);
    assertThat(agentBreaches("A.java", "enum A { OF_JOB }")).hasSize(1);
    assertThat(agentBreaches("A.java", "import ebb.kernel.protocol.Id;")).hasSize(1);
    assertThat(
            agentBreaches(
                "A.java", "/// Knows no job. ebb.app\nclass A { /* job */ String a = \"job\"; }"))
        .isEmpty();
  }

  private static String broken(String file, String source) {
    return String.join("\n", SourceRules.breaches(file, source));
  }
}
