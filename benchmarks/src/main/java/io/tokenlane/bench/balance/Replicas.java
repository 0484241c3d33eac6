package io.tokenlane.bench.balance;

import io.tokenlane.bench.balance.Prompts.Prompt;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Simulated model replicas: each computes the uncached tokens of its prompts one prompt after the
 * other at a fixed rate, and keeps blocks by least recent use. Routers see of them what gateways
 * see: first tokens, and the queued tokens that the node reports with each and when polled.
 */
final class Replicas {
  private static final long POLL_NANOS = 250_000_000;

  /**
   * @param speeds relative to {@code tokensPerSecond}
   * @param cacheTokens that a replica keeps
   */
  record Setup(
      List<Double> speeds, double tokensPerSecond, long cacheTokens, int gateways, long seed) {}

  /**
   * @param p99Seconds time to the first token
   * @param hits share of block tokens found in a cache
   */
  record Outcome(double p50Seconds, double p99Seconds, double hits) {}

  /** One gateway's way to choose a replica. */
  interface Router {
    int route(Prompt prompt, long ticket);

    /**
     * A first token came.
     *
     * @param tokens of the prompt
     * @param cached those of them that the replica had
     */
    void firstToken(long ticket, int replica, int tokens, int cached);

    default void report(int replica, long queuedTokens) {}
  }

  /** Makes a router for each gateway. */
  interface Kind {
    String title();

    Router at(Replicas replicas, SplittableRandom random);
  }

  final Setup setup;
  private final VirtualTime time = new VirtualTime();
  private final List<Replica> replicas = new ArrayList<>();
  private final List<Router> gateways = new ArrayList<>();
  private final SplittableRandom random;
  private final Quantiles firstTokens = new Quantiles();
  private double blockTokens;
  private double cachedTokens;
  private long tickets;

  private Replicas(Setup setup) {
    this.setup = setup;
    this.random = new SplittableRandom(setup.seed());
    setup.speeds().forEach(speed -> replicas.add(new Replica(speed * setup.tokensPerSecond())));
  }

  static Outcome run(Setup setup, List<Prompt> prompts, Kind kind) {
    Replicas all = new Replicas(setup);
    for (int i = 0; i < setup.gateways(); i++) {
      all.gateways.add(kind.at(all, all.random.split()));
    }
    long warm = prompts.get(prompts.size() / 5).at();
    prompts.forEach(prompt -> all.time.after(prompt.at(), () -> all.arrive(prompt, warm)));
    all.poll(prompts.getLast().at());
    all.time.run();
    return new Outcome(
        all.firstTokens.at(0.5) / 1e9,
        all.firstTokens.at(0.99) / 1e9,
        all.cachedTokens / Math.max(1, all.blockTokens));
  }

  int size() {
    return replicas.size();
  }

  long now() {
    return time.now();
  }

  private void poll(long end) {
    for (int i = 0; i < replicas.size(); i++) {
      int replica = i;
      gateways.forEach(router -> router.report(replica, replicas.get(replica).queuedTokens()));
    }
    if (time.now() < end) {
      time.after(POLL_NANOS, () -> poll(end));
    }
  }

  private void arrive(Prompt prompt, long warm) {
    Router gateway = gateways.get(random.nextInt(gateways.size()));
    long ticket = tickets++;
    int index = gateway.route(prompt, ticket);
    Replica replica = replicas.get(index);
    long began = time.now();
    int cached = replica.cached(prompt);
    time.after(
        replica.offer(prompt, cached),
        () -> {
          if (began >= warm) {
            firstTokens.add((double) (time.now() - began));
          }
          gateway.firstToken(ticket, index, prompt.tokens(), cached);
          gateway.report(index, replica.queuedTokens());
        });
  }

  private final class Replica {
    private final double tokensPerNano;
    private final LinkedHashMap<Integer, Integer> cache = new LinkedHashMap<>(16, 0.75f, true);
    private long kept;
    private double freeAt;

    Replica(double tokensPerSecond) {
      this.tokensPerNano = tokensPerSecond / 1e9;
    }

    long queuedTokens() {
      return (long) (Math.max(0, freeAt - (double) time.now()) * tokensPerNano);
    }

    /** Tokens of the prompt that it has. */
    int cached(Prompt prompt) {
      int blocks = 0;
      while (blocks < prompt.blocks().size() && cache.containsKey(prompt.blocks().get(blocks))) {
        blocks++;
      }
      return blocks * prompt.blockTokens();
    }

    /** Nanoseconds until the first token. */
    long offer(Prompt prompt, int cached) {
      cachedTokens += cached;
      blockTokens += (double) prompt.blocks().size() * prompt.blockTokens();
      keep(prompt);
      double tokens = prompt.tokens() - cached;
      freeAt = Math.max(freeAt, (double) time.now()) + tokens / tokensPerNano;
      return (long) (freeAt - time.now());
    }

    private void keep(Prompt prompt) {
      for (int i = prompt.blocks().size() - 1; i >= 0; i--) {
        Integer before = cache.put(prompt.blocks().get(i), prompt.blockTokens());
        kept += before == null ? prompt.blockTokens() : 0;
      }
      Iterator<Integer> oldest = cache.values().iterator();
      while (kept > setup.cacheTokens() && oldest.hasNext()) {
        kept -= oldest.next();
        oldest.remove();
      }
    }
  }
}
