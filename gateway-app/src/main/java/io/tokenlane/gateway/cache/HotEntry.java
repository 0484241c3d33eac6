package io.tokenlane.gateway.cache;

import io.netty.handler.codec.http.HttpHeaders;
import io.tokenlane.prefetch.cache.Answer;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An answer as it goes out, but for what is new each time. Does not keep the answer: what the cache
 * has let go is gone, and its bound in bytes holds.
 *
 * @param key what it is stored under
 * @param before what an answer of the request's own would be stored under, which while it is fresh
 *     goes before one that was fetched as planned; null where that is {@code key}
 * @param fields what is sent each time
 * @param selected the fields that {@code Vary} names, with their values in the request that was
 *     given the answer; none where it does not vary
 */
record HotEntry(
    CacheRule rule,
    String key,
    @Nullable String before,
    WeakReference<Answer> answer,
    HttpHeaders fields,
    Map<String, List<String>> selected) {

  /** Whether the answer is the one that {@code Vary} gives to a request with these fields. */
  boolean selectedBy(HttpHeaders request) {
    for (Map.Entry<String, List<String>> field : selected.entrySet()) {
      if (!request.getAll(field.getKey()).equals(field.getValue())) {
        return false;
      }
    }
    return true;
  }

  /** The very answer that was served the long way, while it is stored and fresh; else null. */
  @Nullable Answer current(long nowNanos) {
    if (before != null && rule.cache().find(before).filter(a -> fresh(a, nowNanos)).isPresent()) {
      return null;
    }
    Optional<Answer> stored = rule.cache().find(key);
    if (stored.isEmpty() || !answer.refersTo(stored.get()) || !fresh(stored.get(), nowNanos)) {
      return null;
    }
    return stored.get();
  }

  private static boolean fresh(Answer answer, long nowNanos) {
    return answer.ttlLeftSeconds(nowNanos) > 0;
  }
}
