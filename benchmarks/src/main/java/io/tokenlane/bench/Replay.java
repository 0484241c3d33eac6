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
  /** What happens beside serving and storing. */
  enum Policy {
    PLAIN,
    /** A stale answer is served once more, and renewed behind. */
    STALE_WHILE_REVALIDATE,
    /** Answers are fetched ahead. */
    FORESIGHT
  }

  /** How much older than its lifetime a stale answer may be served. */
  private static final double GRACE = 1;

  private final double freshSeconds;
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

  private Replay(double freshSeconds, Policy policy) {
    this.freshSeconds = freshSeconds;
    this.policy = policy;
  }

  static Replay run(List<Request> trace, double freshSeconds, Policy policy) {
    Replay replay = new Replay(freshSeconds, policy);
    trace.forEach(replay::request);
    return replay;
  }

  private void request(Request request) {
    double now = request.atSeconds();
    end = now;
    requests++;
    expireUntil(now);
    double age = now - storedAt.getOrDefault(request.target(), Double.NEGATIVE_INFINITY);
    boolean fresh = age < freshSeconds;
    if (fresh) {
      ages += age;
    } else if (policy == Policy.STALE_WHILE_REVALIDATE && age < (1 + GRACE) * freshSeconds) {
      ages += age;
      staleServed++;
      prefetches++;
      store(request.target(), now);
      return;
    } else {
      misses++;
      store(request.target(), now);
    }
    if (policy == Policy.FORESIGHT) {
      foresight
          .asked(request.client(), request.target(), fresh, freshSeconds, now)
          .forEach(suggestion -> ahead(suggestion.key(), now));
    }
  }

  private void ahead(String target, double now) {
    double stored = storedAt.getOrDefault(target, Double.NEGATIVE_INFINITY);
    if (now - stored >= freshSeconds) {
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
    expiries.add(new Expiry(now + freshSeconds, target, now));
  }

  private void expireUntil(double now) {
    while (!expiries.isEmpty() && expiries.element().atSeconds() <= now) {
      Expiry expiry = expiries.remove();
      boolean current = storedAt.getOrDefault(expiry.target(), -1.0) == expiry.storedAt();
      if (policy == Policy.FORESIGHT && current) {
        double at = expiry.atSeconds();
        foresight.expired(expiry.target(), at);
        if (foresight.worthRefreshing(expiry.target(), freshSeconds, at)) {
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
