package io.tokenlane.gateway.cache;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.QuickProof;
import io.tokenlane.gateway.telemetry.PassedRequests;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Proves, logs and counts what never reaches the filters. */
final class HitLedger {
  private final QuickProof keys;
  private final HitListener hits;
  private final PassedRequests told;

  HitLedger(QuickProof keys, HitListener hits, PassedRequests told) {
    this.keys = keys;
    this.hits = hits;
    this.told = told;
  }

  /** The tenant whose credential is in these fields, by lower-case name. */
  Optional<String> tenant(Function<String, @Nullable String> fields) {
    return keys.prove(fields).map(Principal::tenant);
  }

  /** A hit begins: whose trace it is in. */
  PassedRequests.Trace begun(@Nullable String traceParent) {
    return told.begun(traceParent, "GET");
  }

  /**
   * Anybody may be given the answer, so what its client asks next may be learnt.
   *
   * @param client its address
   */
  void asked(String client, HitListener.Resource resource) {
    hits.asked(client, resource, true);
  }

  /** It was answered. */
  void ended(Hit hit, PassedRequests.Trace trace) {
    hits.hit(hit.target());
    long total = System.nanoTime() - hit.startNanos();
    told.ended(
        new PassedRequests.Passed(
            hit.id(),
            "GET",
            hit.target(),
            HttpResponseStatus.OK.code(),
            "done",
            "hit",
            "-",
            0,
            hit.bytes(),
            total,
            total),
        trace);
  }

  /**
   * One request that was answered.
   *
   * @param id what its answer says in {@code x-request-id}
   * @param target path with query
   * @param bytes of the body
   */
  record Hit(String id, String target, long bytes, long startNanos) {}
}
