package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.HttpFields;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;

/** Stores the body that passes, and tells the landing place whether there is an answer to share. */
final class StoringResponse extends BodyWatch {
  private static final int TAIL_BYTES = 64;

  /** Where a passing answer ends up. */
  interface LandingPlace {
    /** The complete answer. */
    void land(Answer answer, boolean keyChanged);

    /** There is nothing to share. */
    void release();
  }

  private final CacheRule rule;
  private final LandingPlace place;
  private final AnswerCache cache;
  private final Trail trail;
  private final CacheStatus forward;
  private final Instant requested = Instant.now();

  StoringResponse(
      ServerHttpResponse delegate,
      CacheRule rule,
      LandingPlace place,
      AnswerCache cache,
      Trail trail) {
    super(delegate);
    this.rule = rule;
    this.place = place;
    this.cache = cache;
    this.trail = trail;
    this.forward = trail.cacheStatus().orElseThrow();
  }

  @Override
  protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
    HttpStatusCode code = getStatusCode();
    int status = code == null ? 200 : code.value();
    HttpFields fields = Fields.of(getHeaders());
    Verdict verdict = rule.judge(status, fields, requested, Instant.now());
    Duration ttl = verdict.ttl();
    if (ttl == null) {
      trail.cached(verdict.reason() == null ? forward : forward.withDetail(verdict.reason()));
      place.release();
      return body;
    }
    trail.cached(forward.asStored(ttl.toSeconds()));
    return collect(body, new Collected(status, fields, ttl, verdict.initialAgeSeconds()));
  }

  private Flux<DataBuffer> collect(Flux<DataBuffer> body, Collected collected) {
    // An error is the filter's to tell: before the first byte another node may still answer.
    return body.doOnNext(collected::add).doOnComplete(collected::end);
  }

  /** A body under way into the cache. */
  private final class Collected {
    private final int status;
    private final HttpFields fields;
    private final Duration ttl;
    private final long initialAgeSeconds;
    private @Nullable ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);

    Collected(int status, HttpFields fields, Duration ttl, long initialAgeSeconds) {
      this.status = status;
      this.fields = fields;
      this.ttl = ttl;
      this.initialAgeSeconds = initialAgeSeconds;
    }

    void add(DataBuffer chunk) {
      ByteArrayOutputStream sofar = bytes;
      if (sofar == null) {
        return;
      }
      if (sofar.size() + chunk.readableByteCount() > cache.maxAnswerBytes()) {
        bytes = null;
        place.release();
        return;
      }
      try (DataBuffer.ByteBufferIterator parts = chunk.readableByteBuffers()) {
        parts.forEachRemaining(part -> copy(part, sofar));
      }
    }

    private static void copy(ByteBuffer part, ByteArrayOutputStream into) {
      byte[] copy = new byte[part.remaining()];
      part.get(copy);
      into.writeBytes(copy);
    }

    void end() {
      ByteArrayOutputStream all = bytes;
      if (all == null || trail.brokenBy().isPresent()) {
        place.release();
        return;
      }
      byte[] body = all.toByteArray();
      if (!rule.complete(fields, tail(body))) {
        place.release();
        return;
      }
      boolean keyChanged = rule.learn(fields);
      place.land(
          new Answer(
              status,
              Fields.stored(fields),
              ByteBuffer.wrap(body),
              cache.nowNanos(),
              ttl,
              initialAgeSeconds),
          keyChanged);
    }

    private static String tail(byte[] body) {
      int length = Math.min(TAIL_BYTES, body.length);
      return new String(body, body.length - length, length, StandardCharsets.ISO_8859_1);
    }
  }
}
