package io.tokenlane.prefetch.semantic;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Questions by their vectors, within contexts: what is asked for must be equal in everything but
 * the question itself to be compared at all. Bounded in bytes: contexts go by use, the questions of
 * one by age, none holding more than a quarter of all. Thread-safe.
 */
public final class Neighbours {
  private static final int IN_ONE_CONTEXT = 512;

  /** A context's part of the whole. */
  private static final int CONTEXTS_AT_LEAST = 4;

  /** What a question costs beside its texts and vector, in bytes: objects and references. */
  private static final int OVERHEAD_BYTES = 128;

  private final Cache<String, Context> contexts;
  private final long contextBytes;
  private final double threshold;

  /** A question, the direction of its vector, and where its answer is stored. */
  @SuppressWarnings("ArrayRecordComponent") // read element by element, never compared
  private record Question(String text, float[] direction, String key) {
    long bytes() {
      long chars = (long) text.length() + key.length();
      return OVERHEAD_BYTES + Character.BYTES * chars + (long) Float.BYTES * direction.length;
    }
  }

  /** The questions of one context, latest first; guarded by itself but for its weight. */
  private static final class Context {
    private final Deque<Question> questions = new ArrayDeque<>();
    private volatile long bytes = OVERHEAD_BYTES;

    private synchronized void add(Question question, long mostBytes) {
      questions.removeIf(known -> known.key().equals(question.key()));
      questions.addFirst(question);
      long sum = questions.stream().mapToLong(Question::bytes).sum();
      while (questions.size() > IN_ONE_CONTEXT || (sum > mostBytes && !questions.isEmpty())) {
        sum -= questions.removeLast().bytes();
      }
      bytes = OVERHEAD_BYTES + sum;
    }

    private int weight() {
      return (int) Math.min(Integer.MAX_VALUE, bytes);
    }
  }

  /**
   * Knows none.
   *
   * @param maxBytes what all questions may weigh, vectors included, in bytes; &gt; 0
   * @param threshold least cosine of the angle between two vectors; 0 to 1
   */
  public Neighbours(long maxBytes, double threshold) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold: " + threshold + " (expected: 0 to 1)");
    }
    if (maxBytes <= 0) {
      throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: > 0)");
    }
    this.contexts =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((String name, Context context) -> context.weight())
            .executor(Runnable::run)
            .build();
    this.contextBytes = maxBytes / CONTEXTS_AT_LEAST;
    this.threshold = threshold;
  }

  /** Remembers where the answer to a question is stored. */
  public void add(String context, String text, float[] vector, String key) {
    Context known = contexts.get(context, unknown -> new Context());
    known.add(new Question(text, direction(vector), key), contextBytes);
    // Weighed again.
    contexts.put(context, known);
  }

  /** What is remembered weighs this much, in bytes. */
  public long weightBytes() {
    contexts.cleanUp();
    return contexts.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
  }

  /** The key of the nearest question that the guards let pass and whose answer is usable. */
  public Optional<String> find(
      String context, String text, float[] vector, Predicate<String> usable) {
    Context within = contexts.getIfPresent(context);
    if (within == null) {
      return Optional.empty();
    }
    float[] direction = direction(vector);
    String best = null;
    double nearest = threshold;
    synchronized (within) {
      for (Question known : within.questions) {
        double cosine = cosine(direction, known.direction());
        if (cosine >= nearest && Guards.agree(text, known.text()) && usable.test(known.key())) {
          best = known.key();
          nearest = cosine;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private static float[] direction(float[] vector) {
    double length = 0;
    for (float x : vector) {
      length += (double) x * x;
    }
    float[] unit = new float[vector.length];
    double root = Math.sqrt(length);
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (root == 0 ? 0 : vector[i] / root);
    }
    return unit;
  }

  private static double cosine(float[] a, float[] b) {
    if (a.length != b.length) {
      return -1;
    }
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
