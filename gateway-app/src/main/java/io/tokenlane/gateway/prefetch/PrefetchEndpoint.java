package io.tokenlane.gateway.prefetch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@code /actuator/prefetch}: the account of every planned endpoint and when schedules are due; of
 * what is foreseen, the account, how it goes by route, what was fetched last and why, and the
 * resources asked most with what follows; the beginnings of templates and the conversations that
 * nodes have computed. Queries and contents are not shown ({@link Shown}).
 */
@Endpoint(id = "prefetch")
public final class PrefetchEndpoint {
  private final PrefetchStarter starter;
  private final Optional<PrefixWarmUp> prefixes;
  private final Optional<ConversationWarmUp> conversations;

  PrefetchEndpoint(
      PrefetchStarter starter,
      Optional<PrefixWarmUp> prefixes,
      Optional<ConversationWarmUp> conversations) {
    this.starter = starter;
    this.prefixes = prefixes;
    this.conversations = conversations;
  }

  /** What is fetched ahead, why, and what it brought. */
  @ReadOperation
  public Map<String, Object> show() {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("endpoints", starter.accounts());
    shown.put("schedules", starter.schedules());
    starter
        .ahead()
        .ifPresent(
            ahead -> {
              shown.put("foresight", ahead.account());
              shown.put("routes", ahead.routes());
              shown.put("recent", ahead.recent());
              shown.put("hottest", ahead.hottest());
            });
    conversations.ifPresent(warmUp -> shown.put("conversations", warmUp.account()));
    prefixes.ifPresent(warmUp -> shown.put("prefixes", warmUp.account()));
    return shown;
  }
}
