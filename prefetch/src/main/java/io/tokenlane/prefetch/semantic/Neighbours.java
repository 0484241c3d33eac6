package io.tokenlane.prefetch.semantic;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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
  private record Question(String text, List<Float> direction, String key) {}

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
    List<Float> direction = direction(vector);
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

  private static List<Float> direction(float[] vector) {
    double length = 0;
    for (float x : vector) {
      length += (double) x * x;
    }
    Float[] unit = new Float[vector.length];
    double root = Math.sqrt(length);
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (root == 0 ? 0 : vector[i] / root);
    }
    return List.of(unit);
  }

  private static double cosine(List<Float> a, List<Float> b) {
    if (a.size() != b.size()) {
      return -1;
    }
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += (double) a.get(i) * b.get(i);
    }
    return sum;
  }
}
