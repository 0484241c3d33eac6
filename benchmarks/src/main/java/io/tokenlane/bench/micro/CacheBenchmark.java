package io.tokenlane.bench.micro;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.Turn;
import io.tokenlane.prefetch.http.HttpFields;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A turn at the answer cache: a hit, and a miss that lands. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CacheBenchmark {
  private static final int KEYS = 1024;

  private final AnswerCache cache = new AnswerCache(64 << 20, 1 << 20, System::nanoTime);
  private final String[] keys = new String[KEYS];
  private int next;

  /** Fills the cache. */
  @Setup
  public void fill() {
    for (int i = 0; i < KEYS; i++) {
      keys[i] = "model:" + i;
      cache.put(keys[i], answer(), cache.nowNanos());
    }
  }

  private Answer answer() {
    return new Answer(
        "group",
        200,
        HttpFields.of("Content-Type", "application/json"),
        ByteBuffer.allocate(1024).asReadOnlyBuffer(),
        Answer.Times.fresh(cache.nowNanos(), Duration.ofHours(1)));
  }

  /** A stored answer. */
  @Benchmark
  public Turn hit() {
    return cache.turn(keys[next++ & (KEYS - 1)], answer -> true);
  }

  /** A miss whose flight lands at once. */
  @Benchmark
  public void missAndLand() {
    String key = "miss:" + next++;
    if (cache.turn(key, answer -> true) instanceof Turn.Lead lead) {
      lead.flight().land(key, answer());
    }
  }
}
