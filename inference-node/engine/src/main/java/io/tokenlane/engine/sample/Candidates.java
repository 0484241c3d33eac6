package io.tokenlane.engine.sample;

import java.util.random.RandomGenerator;

/**
 * Draws a token from adjusted logits: temperature, top-k, top-p, min-p, draw.
 *
 * <p>All three cuts keep a front part of the tokens sorted by probability. So a heap yields the
 * tokens in descending order only as far as they are needed; equal ones come in the order of their
 * ids, which makes every cut well defined.
 */
final class Candidates {
  private final double[] weights;
  private final int[] heap;
  private final int[] sorted;
  private int heapSize;
  private int sortedSize;

  Candidates(int vocabularySize) {
    weights = new double[vocabularySize];
    heap = new int[vocabularySize];
    sorted = new int[vocabularySize];
  }

  int draw(float[] logits, SamplingParams params, RandomGenerator random) {
    double total = weigh(logits, params.temperature());
    boolean cuts = params.topK() > 0 || params.topP() < 1 || params.minP() > 0;
    return cuts ? drawSorted(total, params, random) : drawAny(total, random);
  }

  /** Sets weights relative to the most likely token, whose weight is 1; gives their sum. */
  private double weigh(float[] logits, float temperature) {
    float max = logits[Sampler.argmax(logits, 0, logits.length)];
    double total = 0;
    for (int id = 0; id < logits.length; id++) {
      weights[id] = Math.exp(((double) logits[id] - max) / temperature);
      total += weights[id];
    }
    return total;
  }

  private int drawAny(double total, RandomGenerator random) {
    double left = random.nextDouble() * total;
    int last = 0;
    for (int id = 0; id < weights.length; id++) {
      if (weights[id] > 0) {
        last = id;
        left -= weights[id];
        if (left < 0) {
          break;
        }
      }
    }
    return last;
  }

  private int drawSorted(double total, SamplingParams params, RandomGenerator random) {
    heapify();
    int most = weights.length;
    double mass = total;
    if (params.topK() > 0 && params.topK() < most) {
      most = params.topK();
      mass = sortUpTo(most);
    }
    int kept = 0;
    double keptMass = 0;
    while (kept < most && keptMass < params.topP() * mass) {
      double weight = weights[sorted(kept)];
      // A token without weight, such as one that a mask took out, must not round up the rest.
      if (kept > 0 && (weight == 0 || weight < params.minP())) {
        break;
      }
      keptMass += weight;
      kept++;
    }
    return drawFirst(kept, keptMass, random);
  }

  private int drawFirst(int kept, double mass, RandomGenerator random) {
    double left = random.nextDouble() * mass;
    for (int i = 0; i < kept - 1; i++) {
      left -= weights[sorted[i]];
      if (left < 0) {
        return sorted[i];
      }
    }
    return sorted[kept - 1];
  }

  /** Sum of the weights of the {@code count} most likely tokens. */
  private double sortUpTo(int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[sorted(i)];
    }
    return sum;
  }

  /** The token at this rank, 0 for the most likely. */
  private int sorted(int rank) {
    while (sortedSize <= rank) {
      sorted[sortedSize++] = heap[0];
      heap[0] = heap[--heapSize];
      sink(0);
    }
    return sorted[rank];
  }

  private void heapify() {
    sortedSize = 0;
    heapSize = weights.length;
    for (int id = 0; id < heapSize; id++) {
      heap[id] = id;
    }
    for (int at = heapSize / 2 - 1; at >= 0; at--) {
      sink(at);
    }
  }

  private void sink(int from) {
    int id = heap[from];
    int at = from;
    for (int child = 2 * at + 1; child < heapSize; child = 2 * at + 1) {
      if (child + 1 < heapSize && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], id)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = id;
  }

  private boolean before(int a, int b) {
    return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
  }
}
