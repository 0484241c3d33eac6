package io.tokenlane.node.calibrate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses thresholds for a wanted loss: the share of tokens that leave a layer with another token
 * than all layers would have.
 *
 * <p>For a risk r, a layer's threshold is the smallest at which, of the tokens at least as sure, a
 * share of at most r is wrong. The largest risk is taken at which all layers together stay within
 * the loss. Asking a layer costs a pass of the head, and a token that leaves still needs keys and
 * values of the layers it skips, so only layers whose asking pays are asked: they are added one by
 * one, each time the one that saves most, for as long as that saves anything.
 */
final class ThresholdSearch {
  private static final float NEVER = 2;
  private static final int RISKS = 40;

  private final LayerScores scores;
  private final double loss;
  private final Costs costs;

  /**
   * What work costs, in layers.
   *
   * @param head asking: final norm and head
   * @param skip keys and values of a skipped layer
   */
  record Costs(double head, double skip) {}

  /**
   * @param loss 0 to 1
   */
  ThresholdSearch(LayerScores scores, double loss, Costs costs) {
    this.scores = scores;
    this.loss = loss;
    this.costs = costs;
  }

  /** What was chosen, and what it comes to. */
  record Choice(List<Float> thresholds, double loss, double layers, double exits) {}

  /** The thresholds; more than 1 for layers that are not asked. */
  Choice choose() {
    boolean[] asked = new boolean[scores.layers()];
    Choice best = weigh(new float[0]);
    while (true) {
      Choice better = best;
      int added = -1;
      for (int layer = 0; layer < asked.length; layer++) {
        if (!asked[layer]) {
          asked[layer] = true;
          Choice choice = riskiest(asked);
          if (choice.layers < better.layers) {
            better = choice;
            added = layer;
          }
          asked[layer] = false;
        }
      }
      if (added < 0) {
        return best;
      }
      asked[added] = true;
      best = better;
    }
  }

  private Choice riskiest(boolean[] asked) {
    Choice best = weigh(new float[0]);
    for (int i = 0; i <= RISKS; i++) {
      double risk = i == 0 ? 0 : Math.pow(2, (i - RISKS) / 3.0);
      Choice choice = weigh(thresholds(asked, risk));
      if (choice.loss > loss) {
        return best;
      }
      best = choice.layers <= best.layers ? choice : best;
    }
    return best;
  }

  private float[] thresholds(boolean[] asked, double risk) {
    float[] thresholds = new float[asked.length];
    for (int layer = 0; layer < asked.length; layer++) {
      thresholds[layer] = asked[layer] ? threshold(layer, risk) : NEVER;
    }
    return thresholds;
  }

  /** The smallest probability from which on at most this share is wrong. */
  private float threshold(int layer, double risk) {
    Integer[] order = new Integer[scores.tokens()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Float.compare(confidence(layer, b), confidence(layer, a)));
    float threshold = NEVER;
    int wrong = 0;
    for (int i = 0; i < order.length; i++) {
      wrong += scores.agrees(layer, order[i]) ? 0 : 1;
      boolean last = i + 1 == order.length;
      boolean cut = last || confidence(layer, order[i]) > confidence(layer, order[i + 1]);
      if (cut && wrong <= risk * (i + 1)) {
        threshold = confidence(layer, order[i]);
      }
    }
    return threshold;
  }

  private float confidence(int layer, int token) {
    return scores.confidence(layer, token);
  }

  /** Follows every token through the layers. */
  Choice weigh(float[] thresholds) {
    int all = scores.layers() + 1;
    double work = 0;
    int wrong = 0;
    int left = 0;
    for (int token = 0; token < scores.tokens(); token++) {
      int layer = 0;
      for (; layer < thresholds.length; layer++) {
        work += thresholds[layer] <= 1 ? costs.head : 0;
        if (confidence(layer, token) >= thresholds[layer]) {
          break;
        }
      }
      if (layer < thresholds.length) {
        left++;
        wrong += scores.agrees(layer, token) ? 0 : 1;
        work += layer + 1 + (all - layer - 1) * costs.skip;
      } else {
        work += all + costs.head;
      }
    }
    int tokens = Math.max(1, scores.tokens());
    List<Float> list = new ArrayList<>();
    for (int layer = 0; layer < scores.layers(); layer++) {
      list.add(layer < thresholds.length ? thresholds[layer] : NEVER);
    }
    return new Choice(list, (double) wrong / tokens, work / tokens, (double) left / tokens);
  }
}
