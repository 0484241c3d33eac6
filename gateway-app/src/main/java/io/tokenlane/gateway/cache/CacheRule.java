package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.http.HttpFields;
import java.time.Instant;

/** How one request uses the cache. */
interface CacheRule {

  /** The key to look under; may change once a response was learnt from. */
  String key();

  /** Whether the client takes this stored answer. */
  boolean accepts(Answer answer, long nowNanos);

  /** Judges the response when its status and fields are known. */
  Verdict judge(int status, HttpFields response, Instant requested, Instant received);

  /** Learns from a response that may be stored; true where {@link #key} changed by it. */
  boolean learn(HttpFields response);

  /** Whether a body with these last bytes, having ended without error, is all there is. */
  boolean complete(HttpFields response, String tail);
}
