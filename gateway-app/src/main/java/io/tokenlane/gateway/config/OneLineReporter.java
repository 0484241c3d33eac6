package io.tokenlane.gateway.config;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;

/** Reports why the gateway did not start: one line on standard error, no stack trace. */
public final class OneLineReporter implements FailureAnalysisReporter {
  @Override
  public void report(FailureAnalysis analysis) {
    String line = String.valueOf(analysis.getDescription()).strip().replaceAll("\\s+", " ");
    System.err.println("tokenlane gateway: " + line);
  }
}
