package io.tokenlane.prefetch.predict;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What one client asks soon after another thing: a dependency graph (Padmanabhan and Mogul, 1996).
 * An edge from a to b counts in how many visits to a the same client asked for b within a window of
 * its next requests; with n visits to a, {@code P(b | a) = edge / (n + 1)}, the one more being
 * doubt. Unlike a chain of next requests, it is not led astray by the order in which a browser
 * fetches the parts of a page.
 *
 * <p>Clients, contexts and edges are bounded, least recently used first to go; all counts of a
 * context halve when it has been seen often, so that habits fade. Guarded by its owner's lock.
 */
final class Successions {
  private static final int CLIENTS = 5_000;
  private static final int CONTEXTS = 10_000;
  private static final int EDGES = 64;
  private static final int HALVED_AT = 256;

  private final int windowRequests;
  private final double windowSeconds;
  private final Map<String, Deque<Step>> clients = new Bounded<>(CLIENTS);
  private final Map<String, Context> contexts = new Bounded<>(CONTEXTS);

  /**
   * Starts with nothing known.
   *
   * @param windowRequests how many of a client's next requests belong to a visit, ≥ 1
   * @param windowSeconds and for how long, &gt; 0
   */
  Successions(int windowRequests, double windowSeconds) {
    this.windowRequests = windowRequests;
    this.windowSeconds = windowSeconds;
  }

  /** A map that forgets what was not used for longest. */
  private static final class Bounded<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1;

    private final int capacity;

    Bounded(int capacity) {
      super(16, 0.75f, true);
      this.capacity = capacity;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > capacity;
    }
  }

  /** One request of a client, and what it asked for since. */
  private record Step(String key, double atSeconds, Set<String> since) {}

  /** What followed one key. */
  private static final class Context {
    private final Map<String, Integer> followers = new HashMap<>();
    private int visits;

    void visit() {
      visits++;
      if (visits >= HALVED_AT) {
        visits /= 2;
        followers.replaceAll((key, count) -> count / 2);
        followers.values().removeIf(count -> count == 0);
      }
    }

    void follow(String key) {
      if (followers.size() < EDGES || followers.containsKey(key)) {
        followers.merge(key, 1, Integer::sum);
      }
    }
  }

  /**
   * Learns that {@code client} asks for {@code key}.
   *
   * @return what is likely to be asked next by the same client, with its probability, from visits
   *     before this one
   */
  Map<String, Double> observe(String client, String key, double nowSeconds) {
    Deque<Step> steps = clients.computeIfAbsent(client, unknown -> new ArrayDeque<>());
    while (!steps.isEmpty()
        && (nowSeconds - steps.getFirst().atSeconds() > windowSeconds
            || steps.size() >= windowRequests)) {
      steps.removeFirst();
    }
    for (Step step : steps) {
      if (!step.key().equals(key) && step.since().add(key)) {
        contexts.computeIfAbsent(step.key(), unknown -> new Context()).follow(key);
      }
    }
    Context context = contexts.computeIfAbsent(key, unknown -> new Context());
    Map<String, Double> next = new HashMap<>();
    int visits = context.visits;
    if (visits > 0) {
      context.followers.forEach(
          (follower, count) -> next.put(follower, Math.min(1.0, (double) count / (visits + 1))));
    }
    context.visit();
    steps.addLast(new Step(key, nowSeconds, new HashSet<>()));
    return next;
  }

  /** What is worth keeping of what was learnt: what came twice. */
  Map<String, Habits.Context> habits() {
    Map<String, Habits.Context> kept = new HashMap<>();
    contexts.forEach(
        (key, context) -> {
          Map<String, Integer> twice = new HashMap<>(context.followers);
          twice.values().removeIf(count -> count < 2);
          if (!twice.isEmpty()) {
            kept.put(key, new Habits.Context(context.visits, twice));
          }
        });
    return kept;
  }

  /** Begins with what was learnt before. */
  void restore(Map<String, Habits.Context> habits) {
    habits.forEach(
        (key, learnt) -> {
          Context context = contexts.computeIfAbsent(key, unknown -> new Context());
          context.visits = Math.clamp(learnt.visits(), 0, HALVED_AT - 1);
          learnt.followers().entrySet().stream()
              .limit(EDGES)
              .forEach(f -> context.followers.put(f.getKey(), f.getValue()));
        });
  }
}
