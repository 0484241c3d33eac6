package io.tokenlane.balance.strategy;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Candidates from a table, with seeded chance. */
final class TableCandidates implements Candidates {
  record Row(double weight, int inFlight, double slowness, double successRate, boolean eligible) {
    static final Row PLAIN = new Row(1, 0, 1, 1, true);

    Row weight(double value) {
      return new Row(value, inFlight, slowness, successRate, eligible);
    }

    Row inFlight(int value) {
      return new Row(weight, value, slowness, successRate, eligible);
    }

    Row slowness(double value) {
      return new Row(weight, inFlight, value, successRate, eligible);
    }

    Row successRate(double value) {
      return new Row(weight, inFlight, slowness, value, eligible);
    }

    Row refused() {
      return new Row(weight, inFlight, slowness, successRate, false);
    }
  }

  private final List<Row> rows;
  private final RandomGenerator random;
  private @Nullable String key;
  private long turns;

  TableCandidates(RandomGenerator random, List<Row> rows) {
    this.rows = new ArrayList<>(rows);
    this.random = random;
  }

  TableCandidates key(@Nullable String value) {
    key = value;
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
  public String id(int index) {
    return "node-" + index;
  }

  @Override
  public double weight(int index) {
    return rows.get(index).weight();
  }

  @Override
  public int inFlight(int index) {
    return rows.get(index).inFlight();
  }

  @Override
  public double slowness(int index) {
    return rows.get(index).slowness();
  }

  @Override
  public double successRate(int index) {
    return rows.get(index).successRate();
  }

  @Override
  public @Nullable String key() {
    return key;
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
