package io.tokenlane.gateway.security;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.security.api_keys}.
 *
 * @param file the key file, as {@code tokenlane keys new} writes it
 * @param reload how often the file is looked at for changes; > 0, default 5 s
 */
public record ApiKeyProperties(@Nullable Path file, @DefaultValue("5s") Duration reload) {

  /** Checks the ranges. */
  public ApiKeyProperties {
    if (file == null || file.toString().isBlank()) {
      throw new IllegalArgumentException(
          "file: missing (expected: the path of a key file, see ./tokenlane keys new)");
    }
    if (!reload.isPositive()) {
      throw new IllegalArgumentException("reload: " + reload + " (expected: > 0)");
    }
  }

  Path path() {
    return java.util.Objects.requireNonNull(file);
  }
}
