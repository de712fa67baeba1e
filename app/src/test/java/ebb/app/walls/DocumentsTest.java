package ebb.app.walls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What documents say about files is true, and no file knows the machine it was written on.
class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("\\[[^\\]\n]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");
  private static final Pattern TEST_CLASS = Pattern.compile("[A-Z]\\w*Test");

  // Written in two halves, because this file is read too.
  private static final List<String> MACHINES = List.of("/wo" + "rk/", "/ro" + "ot/");
  private static final List<String> REGISTRIES =
      List.of(
          "repo1.maven" + ".org",
          "repo.maven.apache" + ".org",
          "registry.npmjs" + ".org",
          "pypi" + ".org",
          "deb.debian" + ".org");
  private static final Pattern LATER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  private static final Set<String> BINARY =
      Set.of("png", "jpg", "gif", "ico", "jar", "gz", "bin", "woff2");

  private final Set<String> files =
      Repository.files().stream()
          .map(file -> file.toString().replace('\\', '/'))
          .collect(Collectors.toSet());

  @Test
  void everyPathAndLinkOfADocumentExists() {
    assertThat(markdown()).isNotEmpty();
    assertThat(
            markdown().stream()
                .flatMap(file -> documentBreaches(file, Repository.read(Path.of(file))).stream())
                .collect(Collectors.joining("\n")))
        .isEmpty();
  }

  @Test
  void noFileKnowsTheMachineItWasWrittenOn() {
    assertThat(
            files.stream()
                .filter(DocumentsTest::isText)
                .sorted()
                .flatMap(file -> textBreaches(file, Repository.read(Path.of(file))).stream())
                .collect(Collectors.joining("\n")))
        .isEmpty();
  }

  @Test
  void thereIsNoListOfSuppressions() {
    assertThat(files.stream().filter(file -> file.toLowerCase(Locale.ROOT).contains("suppress")))
        .as(
            "a file of exceptions grows and nobody reads it: keep the rule, or change it for everybody; a single"
                + " exception is an annotation with its reason on the line")
        .isEmpty();
  }

  private List<String> documentBreaches(String file, String text) {
    var breaches = new ArrayList<String>();
    String prose = FENCE.matcher(text).replaceAll("");
    LINK.matcher(prose)
        .results()
        .map(link -> link.group(1))
        .filter(link -> !link.matches("(https?|mailto):.*"))
        .filter(link -> !leadsSomewhere(file, text, link))
        .forEach(link -> breaches.add(file + " links to " + link + ", which does not exist."));
    // A decision record tells what was true on its day and is not updated.
    if (!file.startsWith("docs/decisions/")) {
      CODE.matcher(prose)
          .results()
          .map(code -> code.group(1))
          .filter(code -> !names(code))
          .forEach(code -> breaches.add(file + " names `" + code + "`, which does not exist."));
    }
    return breaches;
  }

  private boolean leadsSomewhere(String file, String text, String link) {
    String target = link.replaceAll("#.*", "");
    String anchor = link.contains("#") ? link.substring(link.indexOf('#') + 1) : "";
    Path folder = Path.of(file).getParent();
    String path =
        target.isEmpty()
            ? file
            : (folder == null ? Path.of(target) : folder.resolve(target)).normalize().toString();
    if (!target.isEmpty() && !exists(path)) {
      return false;
    }
    String there = target.isEmpty() ? text : anchor.isEmpty() ? "" : Repository.read(Path.of(path));
    return anchor.isEmpty() || anchors(there).anyMatch(anchor::equals);
  }

  /// As GitHub makes them from headings.
  private static Stream<String> anchors(String text) {
    return HEADING
        .matcher(text)
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'));
  }

  /// Whether `code` is not the name of a file at all, or that of one that exists: a path that
  /// starts with one of our folders, a document, a script (`./check --fix`), a test class.
  private boolean names(String code) {
    if (TEST_CLASS.matcher(code).matches()) {
      return files.stream().anyMatch(file -> file.endsWith("/" + code + ".java"));
    }
    String word = code.split(" ")[0].replaceFirst("^\\./", "").replaceFirst("/$", "");
    boolean script = code.startsWith("./");
    boolean document = word.matches("[A-Z]+\\.md");
    boolean ours = word.matches("(kernel|simulator|agent|app|docs|scripts|bench|studio|\\.ci)/.*");
    boolean pattern = word.matches(".*[*<>{}…].*") || word.contains("/target/");
    return pattern || !(script || document || ours) || exists(word);
  }

  private boolean exists(String path) {
    return files.contains(path)
        || path.isEmpty()
        || files.stream().anyMatch(file -> file.startsWith(path + "/"));
  }

  private static List<String> textBreaches(String file, String text) {
    var breaches = new ArrayList<String>();
    MACHINES.stream()
        .filter(machine -> Pattern.compile("(?<![\\w.])" + machine).matcher(text).find())
        .forEach(machine ->
            breaches.add(
                file
                    + " holds a path below "
                    + machine
                    + ": nobody else has that folder. Use a path from the repository or a temporary folder."));
    REGISTRIES.stream()
        .filter(text::contains)
        .forEach(host ->
            breaches.add(
                file
                    + " names "
                    + host
                    + ": where packages come from is the machine's setting. Leave it to Maven, npm, pip and apt."));
    LATER
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .distinct()
        .forEach(mark ->
            breaches.add(
                file
                    + " says "
                    + mark
                    + ": a promise in a comment is not kept. Do it, or open an issue and say what is true now."));
    return breaches;
  }

  private List<String> markdown() {
    return files.stream().filter(file -> file.endsWith(".md")).sorted().toList();
  }

  private static boolean isText(String file) {
    return !BINARY.contains(file.substring(file.lastIndexOf('.') + 1))
        && Files.exists(Repository.root().resolve(file));
  }

  // Each rule, on a planted violation.

  @Test
  void aDeadLinkIsRefused() {
    assertThat(documentBreaches("README.md", "see [it](no-such-file.md)")).hasSize(1);
    assertThat(documentBreaches("docs/decisions/9.md", "see [it](../no-such-file.md)")).hasSize(1);
    assertThat(documentBreaches("README.md", "see [it](#no-such-heading)")).hasSize(1);
    assertThat(documentBreaches("README.md", "# A Heading\n[it](#a-heading) [that](pom.xml)"))
        .isEmpty();
    assertThat(documentBreaches("docs/x/a.md", "[it](../../pom.xml)")).isEmpty();
  }

  @Test
  void aDeadPathIsRefused() {
    assertThat(documentBreaches("README.md", "`kernel/nothing` `./nothing` `NOTHING.md`"))
        .hasSize(3);
    assertThat(documentBreaches("README.md", "`NothingAtAllTest`")).hasSize(1);
    assertThat(documentBreaches("docs/decisions/9.md", "`kernel/nothing`")).isEmpty();
    assertThat(
            documentBreaches(
                "README.md",
                "`kernel/pom.xml` `kernel/` `./check --fix` `DocumentsTest` `a / b` `app/<x>`\n```\n`kernel/nothing`\n```\n"))
        .isEmpty();
  }

  @Test
  void machinesAndRegistriesAndLaterAreRefused() {
    for (String machine : MACHINES) {
      assertThat(textBreaches("a", "cd " + machine + "x")).as(machine).hasSize(1);
      assertThat(textBreaches("a", "cd target" + machine + "x")).as(machine).isEmpty();
    }
    for (String host : REGISTRIES) {
      assertThat(textBreaches("a", "https://" + host + "/x")).as(host).hasSize(1);
    }
    assertThat(textBreaches("a", "// TO" + "DO later")).hasSize(1);
    assertThat(textBreaches("a", "// FIX" + "ME later")).hasSize(1);
  }
}
