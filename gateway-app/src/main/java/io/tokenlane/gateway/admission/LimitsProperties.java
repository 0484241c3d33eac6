package io.tokenlane.gateway.admission;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@code tokenlane.limits}.
 *
 * @param maxBody largest body of a request under /v1, as {@code 8MB}; 1 B to 1 GB, default 8 MB
 */
public record LimitsProperties(@DefaultValue("8MB") DataSize maxBody) {
  private static final DataSize LARGEST = DataSize.ofGigabytes(1);

  /** Checks the range. */
  public LimitsProperties {
    if (maxBody.toBytes() < 1 || maxBody.compareTo(LARGEST) > 0) {
      throw new IllegalArgumentException("max_body: " + maxBody + " (expected: 1B to 1GB)");
    }
  }
}
