import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/// The reading half of `./check`: takes Maven's output from standard input, keeps it in a log and shows what a
/// stranger wants to see of it while it runs; then tells each failure and each skip of Surefire's reports with
/// its reason, and counts in one last line. Ends with 0 only when the build succeeded, tests ran, none failed
/// and, with EBB_CI=1, none was skipped. Arguments: the log, the modules.
void main(String[] args) throws Exception {
  long began = System.nanoTime();
  System.setProperty("jdk.xml.maxGeneralEntitySizeLimit", "0"); // a failure may show all of a long output
  boolean built = follow(Path.of(args[0]));
  var failures = new ArrayList<String>();
  var skips = new ArrayList<String>();
  int passed = 0;
  for (Element test : tests(List.of(args).subList(1, args.length))) {
    String name = test.getAttribute("classname") + "." + test.getAttribute("name");
    if (first(test, "skipped") instanceof Element skip) {
      skips.add("skipped " + name + ": " + reason(skip));
    } else if (Stream.of("failure", "error").map(kind -> first(test, kind)).anyMatch(Element.class::isInstance)) {
      Element failure = first(test, "failure") instanceof Element refused ? refused : first(test, "error");
      failures.add("FAILED " + name + "\n" + story(failure).indent(4).stripTrailing());
    } else {
      passed++;
    }
  }
  failures.stream().sorted().forEach(IO::println);
  skips.stream().sorted().forEach(IO::println);
  if (!built && failures.isEmpty()) {
    IO.println("The build failed outside the tests: see the errors above, or " + args[0] + ".");
  }
  boolean skipsForbidden = "1".equals(System.getenv("EBB_CI")) && !skips.isEmpty();
  if (skipsForbidden) {
    IO.println("EBB_CI=1: what is skipped on a desk must run here, so a skip is a failure.");
  }
  long leftOut = "1".equals(System.getenv("EBB_CI")) ? 0 : longTests(List.of(args).subList(1, args.length));
  if (leftOut > 0) {
    IO.println(leftOut + " long tests were left to .ci/run; EBB_CI=1 ./check runs them too.");
  }
  IO.println("Took " + (System.nanoTime() - began) / 1_000_000_000 + " s. The full output is in " + args[0] + ".");
  IO.println("%d passed, %d failed, %d skipped".formatted(passed, failures.size(), skips.size()));
  System.exit(built && failures.isEmpty() && passed > 0 && !skipsForbidden ? 0 : 1);
}

/// Prints what is worth seeing as it happens; whether Maven ended well.
boolean follow(Path log) throws IOException {
  var module = Pattern.compile("\\[INFO] Building (Ebb \\w+) .*");
  var tested = Pattern.compile("\\[\\w+] +Tests run: (\\d+), .*Time elapsed: ([\\d.]+ s)(.*) --? ?in (\\S+)");
  var skipped = Pattern.compile("\\[INFO] (Ebb \\w+) \\.+ SKIPPED.*");
  var trouble = Pattern.compile("\\[(?:ERROR|WARNING)] .*\\.java:.*|\\[WARNING] \\[\\w+] .*|\\[ERROR] (?:Failed to execute goal|.*forked VM).*");
  var told = new HashSet<String>();
  boolean built = false;
  try (var lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      var copy = new PrintStream(Files.newOutputStream(log), true, UTF_8)) {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      copy.println(line);
      if (module.matcher(line) instanceof Matcher found && found.matches()) {
        IO.println("  " + found.group(1));
      } else if (tested.matcher(line) instanceof Matcher found && found.matches()) {
        String failed = found.group(3).contains("<<<") ? "  FAILED" : "";
        IO.println("    %s: %s tests, %s%s".formatted(found.group(4), found.group(1), found.group(2), failed));
      } else if (skipped.matcher(line) instanceof Matcher found && found.matches()) {
        IO.println("  " + found.group(1) + ": not tried, because a module that it needs failed");
      } else if (trouble.matcher(line).matches() && !line.contains("There are test failures") && told.add(line)) {
        IO.println("    " + line);
      } else if (line.startsWith("maven ended with ")) {
        built = line.endsWith(" 0");
      }
    }
  }
  return built;
}

List<Element> tests(List<String> modules) throws Exception {
  var tests = new ArrayList<Element>();
  var parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
  for (String module : modules) {
    Path reports = Path.of(module, "target", "surefire-reports");
    if (Files.isDirectory(reports)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(reports, "TEST-*.xml")) {
        for (Path file : files) {
          var cases = parser.parse(file.toFile()).getElementsByTagName("testcase");
          for (int i = 0; i < cases.getLength(); i++) {
            tests.add((Element) cases.item(i));
          }
        }
      }
    }
  }
  return tests;
}

/// How many tests are tagged as long: the tag stands on each of them, on a line of its own.
long longTests(List<String> modules) throws IOException {
  long found = 0;
  for (String module : modules) {
    try (Stream<Path> sources = Files.walk(Path.of(module, "src", "test"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        found += Files.readAllLines(source).stream().filter(line -> line.strip().equals("@Tag(\"long\")")).count();
      }
    }
  }
  return found;
}

Element first(Element test, String kind) {
  return (Element) test.getElementsByTagName(kind).item(0);
}

/// What a skipped test said: an assumption's message, or that of an annotation.
String reason(Element skip) {
  String said = skip.hasAttribute("message") ? skip.getAttribute("message") : skip.getTextContent();
  String line = said.strip().lines().findFirst().orElse("").replaceFirst("^.*Assumption failed: ", "");
  return line.isBlank() ? "no reason given" : line;
}

/// The message, and the first line of ours in the trace.
String story(Element failure) {
  var story = new ArrayList<String>();
  for (String line : failure.getTextContent().strip().lines().toList()) {
    boolean frame = line.startsWith("\tat ");
    if (!frame && !line.isBlank()) {
      story.add(line.replaceFirst("^(java.lang.AssertionError|org.opentest4j.AssertionFailedError): *$", "It says:"));
    } else if (frame && line.contains("ebb.")) {
      story.add(line.strip());
      break;
    }
  }
  return String.join("\n", story.subList(0, Math.min(60, story.size())));
}
