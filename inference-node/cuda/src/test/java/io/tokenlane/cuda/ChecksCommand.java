package io.tokenlane.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.util.ExceptionUtils;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests that need a GPU, without Maven: on a machine that only has what was packed. Says
 * what became of a test as soon as it ended, so that a run that is cut off has told what it found.
 */
final class ChecksCommand implements TestExecutionListener {
  private static final double MILLION = 1e6;

  private @Nullable TestPlan plan;
  private long begun;
  private int passed;
  private int failed;
  private int skipped;

  private ChecksCommand() {}

  /**
   * Exit code 1 where a test failed, or none was found.
   *
   * @param arguments patterns of class names, such as {@code Cuda(Tile|Driver)Test}; none for all
   */
  public static void main(String[] arguments) {
    String names = arguments.length == 0 ? "Cuda[A-Za-z]*Test" : String.join("|", arguments);
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                selectPackage("io.tokenlane.cuda"),
                selectPackage("io.tokenlane.engine.backend"),
                selectPackage("io.tokenlane.engine.model"))
            .filters(
                TagFilter.includeTags("gpu"),
                ClassNameFilter.includeClassNamePatterns(".*\\.(" + names + ")"))
            .build();
    ChecksCommand checks = new ChecksCommand();
    LauncherFactory.create().execute(request, checks);
    System.out.printf(
        "%d passed, %d failed, %d skipped%n", checks.passed, checks.failed, checks.skipped);
    System.exit(checks.failed == 0 && checks.passed > 0 ? 0 : 1);
  }

  @Override
  public void testPlanExecutionStarted(TestPlan tests) {
    plan = tests;
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    begun = System.nanoTime();
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    skipped++;
    say("skipped", test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    boolean failure = result.getStatus() == TestExecutionResult.Status.FAILED;
    if (!test.isTest() && !failure) {
      return;
    }
    String millis = String.format(Locale.ROOT, "%.1f ms", (System.nanoTime() - begun) / MILLION);
    switch (result.getStatus()) {
      case SUCCESSFUL -> passed++;
      case ABORTED -> skipped++;
      case FAILED -> failed++;
    }
    say(result.getStatus().name().toLowerCase(Locale.ROOT), test, millis);
    result.getThrowable().ifPresent(why -> System.out.println(ExceptionUtils.readStackTrace(why)));
  }

  private void say(String what, TestIdentifier test, String more) {
    String parent =
        Objects.requireNonNull(plan).getParent(test).map(TestIdentifier::getDisplayName).orElse("");
    System.out.printf("%s: %s, %s (%s)%n", what, parent, test.getDisplayName(), more);
    System.out.flush();
  }
}
