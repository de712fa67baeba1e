import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintWriter;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs classes of tests, or single tests (`CLASS#TEST`), in this JVM and says each as it ends; the last line counts.
/// A skip is a failure, as in CI: whoever names a test wants it run.
public class RunTests implements TestExecutionListener {
  private int passed;
  private int failed;

  public static void main(String[] names) {
    var selectors = List.of(names).stream().map(name -> name.contains("#") ? selectMethod(name) : selectClass(name)).toList();
    var tests = new RunTests();
    LauncherFactory.create()
        .execute(LauncherDiscoveryRequestBuilder.request().selectors(selectors).build(), tests);
    IO.println("%d passed, %d failed".formatted(tests.passed, tests.failed));
    System.exit(tests.failed == 0 && tests.passed > 0 ? 0 : 1);
  }

  @Override
  public void executionSkipped(TestIdentifier test, String why) {
    fail(test, "skipped: " + why);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() != Status.SUCCESSFUL) {
      fail(test, result.getStatus() == Status.ABORTED ? "skipped" : "failed");
      result.getThrowable().ifPresent(cause -> cause.printStackTrace(new PrintWriter(System.out, true)));
    } else if (test.isTest()) {
      passed++;
      IO.println("  passed " + test.getDisplayName());
    }
  }

  private void fail(TestIdentifier test, String how) {
    failed++;
    IO.println("  FAILED " + test.getDisplayName() + ": " + how);
  }
}
