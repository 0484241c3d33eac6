package io.tokenlane.bench;

import io.tokenlane.bench.WebTrace.Request;
import io.tokenlane.prefetch.predict.Foresight;
import io.tokenlane.prefetch.predict.ForesightSettings;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** A cache without bounds, every answer fresh for the same time, in the time of a trace. */
final class Replay {
  /**
   * What happens beside serving and storing.
   *
   * @param freshSeconds how long an answer is fresh
   * @param renewAfterSeconds the age from which one that is asked for is renewed behind; from
   *     {@code freshSeconds} on it is stale
   * @param servedSeconds the age to which answers are served: {@code freshSeconds} where stale ones
   *     are not
   * @param foresight whether answers are fetched ahead
   */
  record Policy(
      double freshSeconds, double renewAfterSeconds, double servedSeconds, boolean foresight) {

    static Policy plain(double fresh) {
      return new Policy(fresh, fresh, fresh, false);
    }

    static Policy ahead(double fresh) {
      return new Policy(fresh, fresh, fresh, true);
    }

    /** Stale answers are served for so long, and renewed behind (RFC 5861 §3). */
    Policy servingStale(double seconds) {
      return new Policy(freshSeconds, freshSeconds, freshSeconds + seconds, foresight);
    }

    /** What is asked for at this age is renewed behind, though it is fresh. */
    Policy renewingAfter(double seconds) {
      return new Policy(freshSeconds, seconds, freshSeconds, foresight);
    }
  }

  private final Policy policy;
  private final Foresight foresight = new Foresight(ForesightSettings.DEFAULT);
  private final Map<String, Double> storedAt = new HashMap<>();
  private final PriorityQueue<Expiry> expiries =
      new PriorityQueue<>(Comparator.comparingDouble(Expiry::atSeconds));
  private int requests;
  private int misses;
  private int prefetches;
  private int staleServed;
  private double ages;
  private double end;

  /** When what was stored at a time expires. */
  private record Expiry(double atSeconds, String target, double storedAt) {}

  private Replay(Policy policy) {
    this.policy = policy;
  }

  static Replay run(List<Request> trace, Policy policy) {
    Replay replay = new Replay(policy);
    trace.forEach(replay::request);
    return replay;
  }

  /** The same after a restart: nothing is stored, but what {@code former} has learnt is known. */
  static Replay runAfter(Replay former, List<Request> trace, Policy policy) {
    Replay replay = new Replay(policy);
    double begin = trace.getFirst().atSeconds();
    replay.foresight.recall(former.foresight.habits(former.end, 0), begin, 0);
    trace.forEach(replay::request);
    return replay;
  }

  private void request(Request request) {
    double now = request.atSeconds();
    end = now;
    requests++;
    expireUntil(now);
    double age = now - storedAt.getOrDefault(request.target(), Double.NEGATIVE_INFINITY);
    boolean fresh = age < policy.freshSeconds();
    boolean served = age < policy.servedSeconds();
    if (served) {
      ages += age;
      staleServed += fresh ? 0 : 1;
    } else {
      misses++;
    }
    if (!served || age >= policy.renewAfterSeconds()) {
      prefetches += served ? 1 : 0;
      store(request.target(), now);
    }
    if (policy.foresight()) {
      foresight
          .asked(request.client(), request.target(), fresh, policy.freshSeconds(), now)
          .forEach(suggestion -> ahead(suggestion.key(), now));
    }
  }

  private void ahead(String target, double now) {
    double stored = storedAt.getOrDefault(target, Double.NEGATIVE_INFINITY);
    if (now - stored >= policy.freshSeconds()) {
      prefetch(target, now);
    }
  }

  private void prefetch(String target, double now) {
    if (foresight.begun(target, now)) {
      prefetches++;
      store(target, now);
      foresight.arrived(target);
    }
  }

  private void store(String target, double now) {
    storedAt.put(target, now);
    expiries.add(new Expiry(now + policy.freshSeconds(), target, now));
  }

  private void expireUntil(double now) {
    while (!expiries.isEmpty() && expiries.element().atSeconds() <= now) {
      Expiry expiry = expiries.remove();
      boolean current = storedAt.getOrDefault(expiry.target(), -1.0) == expiry.storedAt();
      if (policy.foresight() && current) {
        double at = expiry.atSeconds();
        foresight.expired(expiry.target(), at);
        if (foresight.worthRefreshing(expiry.target(), policy.freshSeconds(), at)) {
          prefetch(expiry.target(), at);
        }
      }
    }
  }

  int misses() {
    return misses;
  }

  int originRequests() {
    return misses + prefetches;
  }

  int staleServed() {
    return staleServed;
  }

  double precision() {
    return foresight.account(end).precision();
  }

  double meanAgeSeconds() {
    return ages / (requests - misses);
  }

  double meanMillis(double hit, double origin) {
    return (misses * (hit + origin) + (requests - misses) * hit) / requests;
  }
}
