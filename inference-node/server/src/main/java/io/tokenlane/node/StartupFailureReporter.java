package io.tokenlane.node;

import java.util.Optional;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells a failed start in one line where the user can mend it; leaves the rest to Spring. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartupFailureReporter implements SpringBootExceptionReporter {

  @Override
  public boolean reportException(Throwable failure) {
    Optional<String> line = StartupFailure.describe(failure);
    line.ifPresent(StartupFailure::print);
    return line.isPresent();
  }
}
