package io.tokenlane.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the tests that need a GPU, without Maven: on a machine that only has what was packed. */
final class ChecksCommand {
  private ChecksCommand() {}

  /** Exit code 1 where a test failed, or none was found. */
  public static void main(String[] arguments) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                selectPackage("io.tokenlane.cuda"),
                selectPackage("io.tokenlane.engine.backend"),
                selectPackage("io.tokenlane.engine.model"))
            .filters(
                TagFilter.includeTags("gpu"),
                ClassNameFilter.includeClassNamePatterns(".*\\.Cuda[A-Za-z]*Test"))
            .build();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    Launcher launcher = LauncherFactory.create();
    launcher.execute(request, summary);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.getSummary().printTo(out);
    summary.getSummary().printFailuresTo(out, 20);
    boolean passed =
        summary.getSummary().getTotalFailureCount() == 0
            && summary.getSummary().getTestsFoundCount() > 0;
    System.exit(passed ? 0 : 1);
  }
}
