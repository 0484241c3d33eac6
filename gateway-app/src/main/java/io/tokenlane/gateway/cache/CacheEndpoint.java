package io.tokenlane.gateway.cache;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * {@code /actuator/cache}: what is stored; an operator forgets it by key, route or tenant. What is
 * forgotten here is forgotten on disk and by all gateways that share a Redis.
 */
@Endpoint(id = "cache")
public final class CacheEndpoint {
  private static final int BAD_REQUEST = 400;

  private final StoredAnswers stored;
  private final Shelves shelves;

  CacheEndpoint(StoredAnswers stored, Shelves shelves) {
    this.stored = stored;
    this.shelves = shelves;
  }

  /** How much is stored, and where. */
  @ReadOperation
  public Map<String, Object> show() {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("answers", stored.size());
    shown.put("bytes", stored.weightBytes());
    shown.put("maxBytes", stored.maxBytes());
    shown.put("diskBytes", (long) shelves.diskBytes());
    shown.put("diskWell", shelves.diskWell());
    shown.put("redisHits", (long) shelves.sharedHits());
    shown.put("redisWell", shelves.sharedWell());
    shown.put("redisFailures", (long) shelves.sharedFailures());
    return shown;
  }

  /**
   * Forgets: {@code by} is key, route, tenant or all, {@code value} which one. A key is named as
   * the console and the log name it, by the first 16 hex digits of its SHA-256.
   */
  @DeleteOperation
  public WebEndpointResponse<Map<String, Object>> purge(String by, @Nullable String value) {
    String kind = by.toLowerCase(Locale.ROOT);
    if (kind.equals("all")) {
      return done(stored.purgeAll());
    }
    if (value == null || value.isEmpty()) {
      return refused("value: missing (expected: which " + kind + ")");
    }
    return switch (kind) {
      case "key" -> done(stored.purge(StoredAnswers.By.KEY, value));
      case "route" -> done(stored.purge(StoredAnswers.By.ROUTE, value));
      case "tenant" -> done(stored.purge(StoredAnswers.By.TENANT, value));
      default -> refused("by: " + by + " (expected: key, route, tenant or all)");
    };
  }

  private static WebEndpointResponse<Map<String, Object>> done(long purged) {
    return new WebEndpointResponse<>(Map.of("purged", purged));
  }

  private static WebEndpointResponse<Map<String, Object>> refused(String why) {
    return new WebEndpointResponse<>(Map.of("error", why), BAD_REQUEST);
  }
}
