package io.tokenlane.bench.balance;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What is simulated: gateways in front of queueing nodes, Poisson arrivals, service times of mean
 * 50 ms at speed 1.
 *
 * @param speeds of the nodes, 1 is normal
 * @param told whether the speeds are told to the balancers, as weights
 * @param slots calls each node serves at once
 * @param load share of all nodes' capacity that is asked for
 * @param tail of the service times
 * @param retries whether a failed call goes to other nodes, two at most
 */
record Plan(
    List<Double> speeds,
    boolean told,
    int slots,
    int gateways,
    double load,
    Tail tail,
    Fault fault,
    boolean retries,
    int calls,
    long seed) {
  static final double MEAN_NANOS = 50e6;

  /** Service times. */
  enum Tail {
    /** Lognormal, σ = 0.75. */
    LOGNORMAL {
      @Override
      double draw(SplittableRandom random) {
        return MEAN_NANOS * Math.exp(SIGMA * random.nextGaussian() - SIGMA * SIGMA / 2);
      }
    },
    /** Pareto of shape 1.8, cut at 50 times the mean. */
    HEAVY {
      @Override
      double draw(SplittableRandom random) {
        double least = (SHAPE - 1) / SHAPE;
        return MEAN_NANOS * Math.min(50, least / Math.pow(1 - random.nextDouble(), 1 / SHAPE));
      }
    };

    private static final double SIGMA = 0.75;
    private static final double SHAPE = 1.8;

    abstract double draw(SplittableRandom random);
  }

  /** What goes wrong, always with the first node unless said otherwise. */
  enum Fault {
    NONE,
    /** Each node stands still for 500 ms every 10 s on average. */
    PAUSES,
    /** Answers an error at once during the middle third. */
    FAST_FAILURES,
    /** Starts five times slower than it is, until it served 200 calls. */
    COLD,
    /** For two seconds gateways hear of answers only now and then, of several in any order. */
    COLD_GATEWAYS,
    /** Dies at a third of the run with all it has, refuses, and returns at two thirds. */
    KILL
  }

  /** Equal nodes of four slots, lognormal times, nothing goes wrong. */
  static Plan even(int nodes, int gateways, double load, int calls) {
    return new Plan(
        Collections.nCopies(nodes, 1.0),
        false,
        4,
        gateways,
        load,
        Tail.LOGNORMAL,
        Fault.NONE,
        true,
        calls,
        20261122);
  }

  Plan speeds(double... pattern) {
    List<Double> all =
        IntStream.range(0, speeds.size()).mapToObj(i -> pattern[i % pattern.length]).toList();
    return new Plan(all, told, slots, gateways, load, tail, fault, retries, calls, seed);
  }

  /** The balancers know the speeds. */
  Plan withWeights() {
    return new Plan(speeds, true, slots, gateways, load, tail, fault, retries, calls, seed);
  }

  /** The weight that balancers are told of a node. */
  double weight(int node) {
    return told ? speeds.get(node) : 1;
  }

  /** The first node at this speed, the others normal. */
  Plan first(double speed) {
    double[] all = new double[speeds.size()];
    Arrays.fill(all, 1);
    all[0] = speed;
    return speeds(all);
  }

  Plan load(double other) {
    return new Plan(speeds, told, slots, gateways, other, tail, fault, retries, calls, seed);
  }

  Plan tail(Tail other) {
    return new Plan(speeds, told, slots, gateways, load, other, fault, retries, calls, seed);
  }

  Plan fault(Fault other) {
    return new Plan(speeds, told, slots, gateways, load, tail, other, retries, calls, seed);
  }

  Plan withoutRetries() {
    return new Plan(speeds, told, slots, gateways, load, tail, fault, false, calls, seed);
  }

  Plan seed(long other) {
    return new Plan(speeds, told, slots, gateways, load, tail, fault, retries, calls, other);
  }

  double callsPerSecond() {
    double speed = speeds.stream().mapToDouble(Double::doubleValue).sum();
    return load * speed * slots / MEAN_NANOS * 1e9;
  }

  /** How long arrivals last on average. */
  long nanos() {
    return (long) (calls / callsPerSecond() * 1e9);
  }
}
