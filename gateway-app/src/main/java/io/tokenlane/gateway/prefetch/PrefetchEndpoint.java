package io.tokenlane.gateway.prefetch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@code /actuator/prefetch}: the account of every planned endpoint; of what was foreseen, the
 * account and the resources asked most, with their requests per second.
 */
@Endpoint(id = "prefetch")
public final class PrefetchEndpoint {
  private final PrefetchStarter starter;

  PrefetchEndpoint(PrefetchStarter starter) {
    this.starter = starter;
  }

  /** What is fetched ahead, why, and what it brought. */
  @ReadOperation
  public Map<String, Object> show() {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("endpoints", starter.accounts());
    starter
        .ahead()
        .ifPresent(
            ahead -> {
              shown.put("foresight", ahead.account());
              shown.put("hottest", ahead.hottest());
            });
    return shown;
  }
}
