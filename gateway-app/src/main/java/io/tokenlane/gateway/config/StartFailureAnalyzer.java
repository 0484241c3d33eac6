package io.tokenlane.gateway.config;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Says in one line what is wrong with a configuration that cannot be read at all, whose parts do
 * not fit together, or whose routes cannot be made. Single properties are {@link
 * ConfigFailureAnalyzer}'s.
 */
public final class StartFailureAnalyzer implements FailureAnalyzer {
  private static final String ROUTES = "spring.cloud.gateway.server.webflux.routes: ";
  private static final String ROUTE_MAKERS = "org.springframework.cloud.gateway.route.";

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    List<Throwable> causes =
        Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(50).toList();
    if (causes.stream().anyMatch(BindException.class::isInstance)) {
      return null;
    }
    return causes.reversed().stream()
        .map(StartFailureAnalyzer::describe)
        .filter(Objects::nonNull)
        .findFirst()
        .map(description -> new FailureAnalysis(description, null, failure))
        .orElse(null);
  }

  /** What is wrong, in one line, as it would be said at the start. */
  static String complaint(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException wrong) {
        return ConfigFailureAnalyzer.describe(wrong);
      }
    }
    FailureAnalysis analysis = new StartFailureAnalyzer().analyze(failure);
    String said = analysis == null ? failure.toString() : String.valueOf(analysis.getDescription());
    return said.strip().replaceAll("\\s+", " ");
  }

  private static @Nullable String describe(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof MarkedYAMLException broken) {
      return notYaml(broken);
    }
    if (cause instanceof IllegalArgumentException && message.contains("(expected: ")) {
      return message;
    }
    return Arrays.stream(cause.getStackTrace())
            .anyMatch(frame -> frame.getClassName().startsWith(ROUTE_MAKERS))
        ? ROUTES + message
        : null;
  }

  private static String notYaml(MarkedYAMLException broken) {
    Mark at = broken.getProblemMark();
    String place =
        at == null ? "" : ", line " + (at.getLine() + 1) + " column " + (at.getColumn() + 1);
    return "configuration file: not YAML"
        + place
        + ": "
        + broken.getProblem()
        + " (expected: YAML, or JSON)";
  }
}
