package io.tokenlane.node;

import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells a failed start in one line where the user can mend it; leaves the rest to Spring. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartupFailureReporter implements SpringBootExceptionReporter {

  @Override
  public boolean reportException(Throwable failure) {
    return StartupFailure.describe(failure)
        .map(
            line -> {
              System.err.println("tokenlane node: " + line);
              return true;
            })
        .orElse(false);
  }
}
