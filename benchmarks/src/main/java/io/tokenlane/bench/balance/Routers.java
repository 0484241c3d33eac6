package io.tokenlane.bench.balance;

import io.tokenlane.balance.Demand;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeReport;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.bench.balance.Prompts.Prompt;
import java.net.URI;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Ways to route model calls: the product's policies, and what others publish. */
final class Routers {
  private Routers() {}

  /** One of the product's policies; hashing ones hash the shared beginning. */
  static Replicas.Kind of(String policy) {
    return kind(policy, (replicas, random) -> new Pool(Strategies.named(policy), replicas, random));
  }

  /** Of the nodes that seem to have most of the prompt, unless loads differ too much. */
  static Replicas.Kind cacheAware() {
    return kind(
        "cache-aware thresholds", (replicas, random) -> new CacheAware(replicas.size(), random));
  }

  /** The sum of scores for prefix, queue and cache room. */
  static Replicas.Kind scoring() {
    return kind(
        "endpoint-picker scoring", (replicas, random) -> new Scoring(replicas.size(), random));
  }

  private static Replicas.Kind kind(
      String title, BiFunction<Replicas, SplittableRandom, Replicas.Router> maker) {
    return new Replicas.Kind() {
      @Override
      public String title() {
        return title;
      }

      @Override
      public Replicas.Router at(Replicas replicas, SplittableRandom random) {
        return maker.apply(replicas, random);
      }
    };
  }

  private static final class Pool implements Replicas.Router {
    private final BalancingStrategy strategy;
    private final NodePool pool;
    private final Map<Long, Lease> leases = new HashMap<>();

    Pool(BalancingStrategy strategy, Replicas replicas, SplittableRandom random) {
      this.strategy = strategy;
      this.pool = new NodePool(PoolSettings.DEFAULT, replicas::now, random::nextInt);
      pool.replace(
          IntStream.range(0, replicas.size())
              .mapToObj(i -> new Node(Integer.toString(i), URI.create("http://n" + i)))
              .toList());
    }

    @Override
    public int route(Prompt prompt, long ticket) {
      Demand demand =
          new Demand(
              Long.toString(prompt.beginning()),
              Set.of(),
              Set.of(),
              new Demand.Prompt(
                  prompt.beginning() * 0x9e3779b97f4a7c15L,
                  prompt.sharedTokens(),
                  prompt.tokens() - prompt.sharedTokens()));
      Lease lease = pool.acquire(strategy, demand).orElseThrow();
      leases.put(ticket, lease);
      return Integer.parseInt(lease.node().id());
    }

    @Override
    public void firstToken(long ticket, int replica, int tokens, int cached) {
      Lease lease = leases.remove(ticket);
      if (lease == null) {
        throw new IllegalStateException("ticket: " + ticket + " (expected: one that is open)");
      }
      lease.read(tokens, cached);
      lease.success();
    }

    @Override
    public void report(int replica, long queuedTokens) {
      pool.report(Integer.toString(replica), new NodeReport(0, queuedTokens, false, 1));
    }
  }

  /** What one gateway believes the replicas keep: the blocks it sent them, the latest 3 000. */
  private static final class Belief {
    private static final int BLOCKS = 3_000;
    private final List<LinkedHashSet<Integer>> blocks;

    Belief(int replicas) {
      blocks = Stream.generate(LinkedHashSet<Integer>::new).limit(replicas).toList();
    }

    double match(int replica, Prompt prompt) {
      int found = 0;
      while (found < prompt.blocks().size()
          && blocks.get(replica).contains(prompt.blocks().get(found))) {
        found++;
      }
      return (double) found / prompt.blocks().size();
    }

    void sent(int replica, Prompt prompt) {
      LinkedHashSet<Integer> known = blocks.get(replica);
      for (int block : prompt.blocks()) {
        known.remove(block);
        known.add(block);
      }
      while (known.size() > BLOCKS) {
        known.removeFirst();
      }
    }
  }

  /** As SGLang's router: balance by counts where they differ much, else by the longest match. */
  private static final class CacheAware implements Replicas.Router {
    private static final int MOST_APART = 32;
    private static final double MOST_RATIO = 1.1;
    private static final double MATCH = 0.5;
    private final Belief belief;
    private final int[] own;
    private final SplittableRandom random;

    CacheAware(int replicas, SplittableRandom random) {
      this.belief = new Belief(replicas);
      this.own = new int[replicas];
      this.random = random;
    }

    @Override
    public int route(Prompt prompt, long ticket) {
      int most = Arrays.stream(own).max().orElseThrow();
      int least = Arrays.stream(own).min().orElseThrow();
      double[] score = new double[own.length];
      boolean uneven = most - least > MOST_APART && most > MOST_RATIO * least;
      Arrays.setAll(score, i -> uneven ? -own[i] : belief.match(i, prompt));
      int best = best(score, random);
      if (!uneven && score[best] < MATCH) {
        Arrays.setAll(score, i -> -belief.blocks.get(i).size());
        best = best(score, random);
      }
      own[best]++;
      belief.sent(best, prompt);
      return best;
    }

    @Override
    public void firstToken(long ticket, int replica, int tokens, int cached) {
      own[replica]--;
    }
  }

  /** As the inference gateway's endpoint picker: prefix 2, queue 1. */
  private static final class Scoring implements Replicas.Router {
    private final Belief belief;
    private final long[] queued;
    private final SplittableRandom random;

    Scoring(int replicas, SplittableRandom random) {
      this.belief = new Belief(replicas);
      this.queued = new long[replicas];
      this.random = random;
    }

    @Override
    public int route(Prompt prompt, long ticket) {
      long most = Arrays.stream(queued).max().orElseThrow();
      long least = Arrays.stream(queued).min().orElseThrow();
      double[] score = new double[queued.length];
      Arrays.setAll(
          score,
          i ->
              2 * belief.match(i, prompt)
                  + (most == least ? 1 : (double) (most - queued[i]) / (most - least)));
      int best = best(score, random);
      belief.sent(best, prompt);
      return best;
    }

    @Override
    public void firstToken(long ticket, int replica, int tokens, int cached) {}

    @Override
    public void report(int replica, long queuedTokens) {
      queued[replica] = queuedTokens;
    }
  }

  private static int best(double[] score, SplittableRandom random) {
    double highest = Arrays.stream(score).max().orElseThrow();
    List<Integer> ties =
        IntStream.range(0, score.length).filter(i -> score[i] == highest).boxed().toList();
    return ties.get(random.nextInt(ties.size()));
  }

  /** Equal replicas. */
  static List<Double> even(int replicas) {
    return Collections.nCopies(replicas, 1.0);
  }
}
