import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/// Ends `./check` with one line: counts the tests in Surefire's reports, and lists every skip with its
/// reason. Ends with 0 only when the build succeeded, tests ran, none failed and, with EBB_CI=1, none was
/// skipped. Arguments: Maven's exit code, seconds taken, the modules.
void main(String[] args) throws Exception {
  boolean built = args[0].equals("0");
  var skips = new ArrayList<String>();
  int passed = 0;
  int failed = 0;
  for (String module : List.of(args).subList(2, args.length)) {
    Path reports = Path.of(module, "target", "surefire-reports");
    if (!Files.isDirectory(reports)) {
      continue;
    }
    var parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(reports, "TEST-*.xml")) {
      for (Path file : files) {
        var cases = parser.parse(file.toFile()).getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
          var test = (Element) cases.item(i);
          var skip = test.getElementsByTagName("skipped");
          if (skip.getLength() > 0) {
            String reason = ((Element) skip.item(0)).getAttribute("message").replace("Assumption failed: ", "");
            skips.add(test.getAttribute("classname") + "." + test.getAttribute("name") + ": "
                + (reason.isBlank() ? "no reason given" : reason));
          } else if (Stream.of("failure", "error").anyMatch(kind -> test.getElementsByTagName(kind).getLength() > 0)) {
            failed++;
          } else {
            passed++;
          }
        }
      }
    }
  }
  boolean skipsForbidden = "1".equals(System.getenv("EBB_CI"));
  skips.stream().sorted().forEach(skip -> IO.println("skipped " + skip));
  if (!built && failed == 0) {
    IO.println("The build failed outside the tests: see the errors above, or target/check.log.");
  }
  if (skipsForbidden && !skips.isEmpty()) {
    IO.println("EBB_CI=1: what is skipped on a desk must run here, so a skip is a failure.");
  }
  IO.println("Took " + args[1] + " s. The full output is in target/check.log.");
  IO.println("%d passed, %d failed, %d skipped".formatted(passed, failed, skips.size()));
  System.exit(built && failed == 0 && passed > 0 && !(skipsForbidden && !skips.isEmpty()) ? 0 : 1);
}
