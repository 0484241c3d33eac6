package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.Trail;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.CacheStatus.Forward;
import io.tokenlane.prefetch.http.Conditional;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Reuse;
import io.tokenlane.prefetch.http.StoredFields;
import java.time.Instant;
import java.util.Optional;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * A HEAD: answered from what a GET has stored, else sent on; what comes back then renews the stored
 * answer where it speaks of the same representation, and drops it where not (RFC 9111 §4.3.5).
 */
final class HeadVisit {
  private static final int OK = 200;

  private final ServerWebExchange exchange;
  private final CacheRule rule;
  private final Trail trail;
  private final Instant requested = Instant.now();
  private final String key;
  private final long begunNanos;

  HeadVisit(ServerWebExchange exchange, CacheRule rule) {
    this.exchange = exchange;
    this.rule = rule;
    this.trail = Trail.of(exchange);
    this.key = rule.key();
    this.begunNanos = rule.cache().nowNanos();
  }

  Mono<Void> serve(GatewayFilterChain chain) {
    Optional<Answer> stored = rule.cache().find(key);
    Optional<Answer> usable = stored.filter(answer -> rule.reuse(answer) != Reuse.VALIDATE);
    if (usable.isPresent()) {
      trail.cached(CacheStatus.hit(usable.get().ttlLeftSeconds(rule.cache().nowNanos())));
      return AnswerWriter.serve(exchange, usable.get(), rule.request(), rule.cache().nowNanos());
    }
    if (Visit.onlyIfCached(rule)) {
      return Visit.notCached(trail);
    }
    trail.cached(CacheStatus.forward(stored.isPresent() ? Forward.STALE : Forward.MISS));
    stored.ifPresent(this::renewLater);
    return chain.filter(exchange);
  }

  private void renewLater(Answer stored) {
    ServerHttpResponse response = exchange.getResponse();
    response.beforeCommit(() -> Mono.fromRunnable(() -> renew(stored, response)));
  }

  private void renew(Answer stored, ServerHttpResponse response) {
    HttpStatusCode code = response.getStatusCode();
    if (code == null || code.value() != OK || stored.status() != OK) {
      return;
    }
    HttpFields head = Fields.of(response.getHeaders());
    if (!Conditional.sameRepresentation(head, stored.fields(), stored.body().remaining())) {
      rule.cache().dropStill(key, stored);
      return;
    }
    HttpFields updated = StoredFields.updated(stored.fields(), head);
    Verdict verdict = rule.judge(OK, updated, requested, Instant.now());
    if (verdict.keep() != null) {
      Answer.Times times = verdict.times(rule.cache().nowNanos());
      Answer renewed = new Answer(stored.group(), OK, rule.kept(updated), stored.body(), times);
      rule.cache().renew(key, stored, renewed, begunNanos);
    }
  }
}
