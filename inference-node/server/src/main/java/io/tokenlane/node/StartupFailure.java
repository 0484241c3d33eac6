package io.tokenlane.node;

import io.tokenlane.node.load.LoadFailure;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.config.ConfigDataNotFoundException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.convert.ConversionException;
import org.yaml.snakeyaml.error.YAMLException;

/** One line for each thing a user can get wrong when starting a node. */
final class StartupFailure {
  private static final Logger log = LoggerFactory.getLogger(StartupFailure.class);

  private StartupFailure() {}

  /** The line; empty if the failure is of no known kind, so that its stack trace matters. */
  static Optional<String> describe(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String line = line(cause);
      if (line != null) {
        return Optional.of(line.strip().replaceAll("\\s*\\R\\s*", " "));
      }
    }
    return Optional.empty();
  }

  /** Tells it on stderr. */
  static void print(String line) {
    System.err.println("tokenlane node: " + line);
  }

  /** Tells why there is no model: in one line if the model is to blame, else with the trace. */
  static void report(Throwable failure) {
    describe(failure)
        .ifPresentOrElse(
            StartupFailure::print, () -> log.error("the model could not be loaded", failure));
  }

  private static @Nullable String line(Throwable cause) {
    return switch (cause) {
      case PortInUseException taken ->
          "server.port: " + taken.getPort() + " (expected: a free port; this one is taken)";
      case BindException bind when bind.getCause() instanceof ConversionException ->
          unconverted(bind);
      case UnboundConfigurationPropertiesException unbound -> unknown(unbound);
      case ConfigDataNotFoundException missing -> missing.getMessage();
      case YAMLException yaml -> "configuration: " + yaml.getMessage();
      default -> LoadFailure.describe(cause).orElse(null);
    };
  }

  private static String unconverted(BindException bind) {
    ConfigurationProperty property = bind.getProperty();
    Object value = property == null ? "?" : property.getValue();
    Class<?> type = bind.getTarget().getType().resolve(Object.class);
    return "%s: %s (expected: a value of type %s)"
        .formatted(bind.getName(), value, type.getSimpleName());
  }

  private static String unknown(UnboundConfigurationPropertiesException unbound) {
    return unbound.getUnboundProperties().stream()
        .sorted(Comparator.comparing(property -> property.getName().toString()))
        .map(p -> p.getName() + ": " + p.getValue() + " (expected: no such key)")
        .collect(Collectors.joining("; "));
  }
}
