package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.Passage;
import io.tokenlane.prefetch.http.Freshness;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Invalidation;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The answer to a request that may change something: once it is known not to be an error, what is
 * stored for the URIs it names is forgotten (RFC 9111 §4.4), before the client hears of it. A POST
 * that says it returns the very resource, fresh, is stored for later GETs (RFC 9110 §9.3.3).
 */
final class ChangeWatch extends BodyWatch {
  private static final int OK = 200;

  private final String method;
  private final URI uri;
  private final PlainRule rule;
  private final List<AnswerCache> stores;
  private final Instant requested = Instant.now();
  private long begunNanos;
  private boolean overtaken;

  /**
   * Watches the answer to {@code request}.
   *
   * @param stores where an answer to what it changes may lie: also those of other routes
   */
  ChangeWatch(
      ServerHttpResponse delegate,
      ServerHttpRequest request,
      PlainRule rule,
      List<AnswerCache> stores) {
    super(delegate);
    this.method = request.getMethod().name();
    this.uri = request.getURI();
    this.rule = rule;
    this.stores = stores;
    this.begunNanos = rule.cache().nowNanos();
    delegate.beforeCommit(() -> Mono.fromRunnable(this::invalidate));
  }

  private int status() {
    HttpStatusCode code = getStatusCode();
    return code == null ? OK : code.value();
  }

  private void invalidate() {
    overtaken = forgotten();
    for (String target : Invalidation.targets(method, uri, status(), Fields.of(getHeaders()))) {
      stores.forEach(store -> store.forget(CacheRules.group(uri, target)));
    }
    begunNanos = rule.cache().nowNanos();
  }

  /** Whether another change came after this one had begun. */
  private boolean forgotten() {
    return rule.cache().forgottenSince(rule.key(), rule.group(), begunNanos);
  }

  @Override
  protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
    HttpFields fields = Fields.of(getHeaders());
    Verdict verdict = rule.judge(status(), fields, requested, Instant.now());
    boolean storable =
        method.equals("POST")
            && status() == OK
            && verdict.keep() != null
            && Freshness.lifetime(fields, Instant.now()).isPresent()
            && isTheResource(fields);
    if (!storable) {
      return body;
    }
    Passage copy = new Passage(rule.cache().maxAnswerBytes(), new Unread());
    return body.doOnNext(chunk -> copy.add(copy(chunk)))
        .doOnComplete(() -> copy.soFar().ifPresent(all -> store(fields, verdict, all)));
  }

  private boolean isTheResource(HttpFields fields) {
    Optional<String> named =
        fields.first("Content-Location").flatMap(l -> Invalidation.sameHost(uri, l));
    return named.filter(Invalidation.target(uri)::equals).isPresent();
  }

  private void store(HttpFields fields, Verdict verdict, ByteBuffer body) {
    if (overtaken) {
      return;
    }
    Answer.Times times = verdict.times(rule.cache().nowNanos());
    rule.learn(fields);
    rule.cache()
        .put(rule.key(), new Answer(rule.group(), OK, rule.kept(fields), body, times), begunNanos);
  }

  private static ByteBuffer copy(DataBuffer chunk) {
    ByteBuffer copy = ByteBuffer.allocate(chunk.readableByteCount());
    chunk.toByteBuffer(copy);
    return copy;
  }

  /** Nobody rides along. */
  private static final class Unread implements Passage.Source {
    @Override
    public void wanted() {}

    @Override
    public void deserted() {}
  }
}
