package io.tokenlane.prefetch.semantic;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Questions by their vectors, within contexts: what is asked for must be equal in everything but
 * the question itself to be compared at all. Bounded, contexts by use, the questions of one by age.
 * Thread-safe.
 */
public final class Neighbours {
  private static final int IN_ONE_CONTEXT = 512;

  private final Cache<String, Deque<Question>> contexts;
  private final double threshold;

  /** A question, the direction of its vector, and where its answer is stored. */
  @SuppressWarnings("ArrayRecordComponent") // read element by element, never compared
  private record Question(String text, float[] direction, String key) {}

  /**
   * Knows none.
   *
   * @param maxContexts contexts remembered, &gt; 0
   * @param threshold least cosine of the angle between two vectors; 0 to 1
   */
  public Neighbours(long maxContexts, double threshold) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold: " + threshold + " (expected: 0 to 1)");
    }
    this.contexts = Caffeine.newBuilder().maximumSize(maxContexts).executor(Runnable::run).build();
    this.threshold = threshold;
  }

  /** Remembers where the answer to a question is stored. */
  public void add(String context, String text, float[] vector, String key) {
    Deque<Question> questions = contexts.get(context, unknown -> new ArrayDeque<>());
    synchronized (questions) {
      questions.removeIf(known -> known.key().equals(key));
      questions.addFirst(new Question(text, direction(vector), key));
      if (questions.size() > IN_ONE_CONTEXT) {
        questions.removeLast();
      }
    }
  }

  /** The key of the nearest question that the guards let pass and whose answer is usable. */
  public Optional<String> find(
      String context, String text, float[] vector, Predicate<String> usable) {
    Deque<Question> questions = contexts.getIfPresent(context);
    if (questions == null) {
      return Optional.empty();
    }
    float[] direction = direction(vector);
    String best = null;
    double nearest = threshold;
    synchronized (questions) {
      for (Question known : questions) {
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
