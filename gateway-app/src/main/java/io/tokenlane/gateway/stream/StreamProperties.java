package io.tokenlane.gateway.stream;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.stream}.
 *
 * @param askUsage whether nodes are asked for a stream's usage where the client did not; default
 *     true
 * @param heartbeat pause after which a comment is sent on every stream; 0 (default): only to
 *     clients that ask with {@code x-tokenlane-heartbeat: SECONDS}
 */
public record StreamProperties(
    @DefaultValue("true") boolean askUsage, @DefaultValue("0s") Duration heartbeat) {

  /** Checks the range. */
  public StreamProperties {
    if (heartbeat.isNegative()) {
      throw new IllegalArgumentException("heartbeat: " + heartbeat + " (expected: >= 0)");
    }
  }
}
