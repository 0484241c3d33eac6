package io.tokenlane.balance.strategy;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Candidates from a table, with seeded chance. */
final class TableCandidates implements Candidates {
  record Row(
      double weight,
      double ramp,
      int inFlight,
      double slowness,
      double hint,
      double successRate,
      long tokensAhead,
      double energy,
      boolean eligible) {
    static final Row PLAIN = new Row(1, 1, 0, 1, 0, 1, 0, 1, true);

    Row weight(double value) {
      return new Row(
          value, ramp, inFlight, slowness, hint, successRate, tokensAhead, energy, eligible);
    }

    Row ramp(double value) {
      return new Row(
          weight, value, inFlight, slowness, hint, successRate, tokensAhead, energy, eligible);
    }

    Row inFlight(int value) {
      return new Row(
          weight, ramp, value, slowness, hint, successRate, tokensAhead, energy, eligible);
    }

    Row slowness(double value) {
      return new Row(
          weight, ramp, inFlight, value, hint, successRate, tokensAhead, energy, eligible);
    }

    Row hint(double value) {
      return new Row(
          weight, ramp, inFlight, slowness, value, successRate, tokensAhead, energy, eligible);
    }

    Row successRate(double value) {
      return new Row(weight, ramp, inFlight, slowness, hint, value, tokensAhead, energy, eligible);
    }

    Row tokensAhead(long value) {
      return new Row(weight, ramp, inFlight, slowness, hint, successRate, value, energy, eligible);
    }

    Row energy(double value) {
      return new Row(
          weight, ramp, inFlight, slowness, hint, successRate, tokensAhead, value, eligible);
    }

    Row refused() {
      return new Row(
          weight, ramp, inFlight, slowness, hint, successRate, tokensAhead, energy, false);
    }
  }

  private final List<Row> rows;
  private final RandomGenerator random;
  private @Nullable String key;
  private long turns;
  private double growth = 1;
  private long prefix;
  private int sharedTokens;
  private int ownTokens;
  private double output;
  private double[] cached = {};

  TableCandidates(RandomGenerator random, List<Row> rows) {
    this.rows = new ArrayList<>(rows);
    this.random = random;
  }

  TableCandidates key(@Nullable String value) {
    key = value;
    return this;
  }

  TableCandidates growth(double value) {
    growth = value;
    return this;
  }

  TableCandidates prompt(long beginning, int shared, int own) {
    prefix = beginning;
    sharedTokens = shared;
    ownTokens = own;
    return this;
  }

  TableCandidates output(double asPrompt) {
    output = asPrompt;
    return this;
  }

  TableCandidates cached(double... shares) {
    cached = shares;
    return this;
  }

  void set(int index, Row row) {
    rows.set(index, row);
  }

  Row row(int index) {
    return rows.get(index);
  }

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public boolean eligible(int index) {
    return rows.get(index).eligible();
  }

  @Override
  public long hash(int index) {
    return RendezvousHash.hash("node-" + index);
  }

  @Override
  public double weight(int index) {
    return rows.get(index).weight();
  }

  @Override
  public double weightBeyondSpeed(int index) {
    return weight(index);
  }

  @Override
  public double ramp(int index) {
    return rows.get(index).ramp();
  }

  @Override
  public int inFlight(int index) {
    return rows.get(index).inFlight();
  }

  @Override
  public double load(int index) {
    return 2.0 * rows.get(index).inFlight();
  }

  @Override
  public double slowness(int index) {
    return rows.get(index).slowness();
  }

  @Override
  public double hint(int index) {
    return rows.get(index).hint();
  }

  @Override
  public double peakLatency(int index) {
    return rows.get(index).slowness() / 20;
  }

  @Override
  public double successRate(int index) {
    return rows.get(index).successRate();
  }

  @Override
  public long tokensAhead(int index) {
    return rows.get(index).tokensAhead();
  }

  @Override
  public double prefillSlowness(int index) {
    return rows.get(index).slowness();
  }

  @Override
  public double decodeSlowness(int index) {
    return rows.get(index).slowness();
  }

  @Override
  public double outputAsPrompt() {
    return output;
  }

  @Override
  public double energy(int index) {
    return rows.get(index).energy();
  }

  @Override
  public double growth() {
    return growth;
  }

  @Override
  public @Nullable String key() {
    return key;
  }

  @Override
  public long prefix() {
    return prefix;
  }

  @Override
  public boolean someTellWhatTheyHave() {
    return cached.length > 0;
  }

  @Override
  public double cachedShare(int index) {
    return cached.length > 0 ? cached[index] : -1;
  }

  @Override
  public int sharedTokens() {
    return sharedTokens;
  }

  @Override
  public int ownTokens() {
    return ownTokens;
  }

  @Override
  public long turn() {
    return turns++;
  }

  @Override
  public int random(int bound) {
    return random.nextInt(bound);
  }
}
