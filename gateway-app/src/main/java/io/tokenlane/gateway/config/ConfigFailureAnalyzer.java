package io.tokenlane.gateway.config;

import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.unit.DataSize;

/** Says in one line which property has which value and what was expected. */
public final class ConfigFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {
  private static final Map<Class<?>, String> EXPECTED =
      Map.of(
          int.class, "a whole number",
          double.class, "a number",
          boolean.class, "true or false",
          Duration.class, "a duration such as 500ms, 30s or 5m",
          DataSize.class, "a size such as 512KB or 8MB",
          Pattern.class, "a regular expression",
          URI.class, "http://host:port");

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
    return new FailureAnalysis(describe(cause), null, rootFailure);
  }

  static String describe(BindException failure) {
    UnboundConfigurationPropertiesException unknown =
        find(failure, UnboundConfigurationPropertiesException.class);
    if (unknown != null) {
      return unknown.getUnboundProperties().stream()
          .map(
              property ->
                  property.getName()
                      + ": unknown property (expected: one from docs/gateway-configuration.md)")
          .collect(Collectors.joining("; "));
    }
    String outOfRange = message(find(failure, IllegalArgumentException.class));
    return outOfRange.contains("(expected: ")
        ? failure.getName() + "." + outOfRange
        : wrongType(failure);
  }

  private static String message(@Nullable Throwable failure) {
    return failure == null ? "" : String.valueOf(failure.getMessage());
  }

  private static String wrongType(BindException failure) {
    ConfigurationProperty property = failure.getProperty();
    Class<?> type = failure.getTarget().getType().resolve(Object.class);
    String absent = type.isRecord() ? "not a section" : "missing";
    Object value = property == null ? absent : property.getValue();
    String expected = EXPECTED.getOrDefault(type, otherwise(type));
    return failure.getName() + ": " + value + " (expected: " + expected + ")";
  }

  private static String otherwise(Class<?> type) {
    if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    return type.isRecord() || Map.class.isAssignableFrom(type)
        ? "a section with properties"
        : type.getSimpleName();
  }

  private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return type.cast(t);
      }
    }
    return null;
  }
}
