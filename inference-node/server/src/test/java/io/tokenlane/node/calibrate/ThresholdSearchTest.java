package io.tokenlane.node.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.calibrate.ThresholdSearch.Choice;
import io.tokenlane.node.calibrate.ThresholdSearch.Costs;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdSearchTest {

  /** Layers that are right as often as they are sure, the deeper the surer. */
  private static LayerScores honest(int layers, int tokens) {
    SplittableRandom random = new SplittableRandom(3);
    LayerScores scores = new LayerScores(layers);
    for (int token = 0; token < tokens; token++) {
      double ease = random.nextDouble();
      for (int layer = 0; layer < layers - 1; layer++) {
        double sure = Math.min(1, ease + (double) layer / layers);
        scores.add(layer, (float) sure, random.nextDouble() < sure);
      }
    }
    return scores;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.05, 0.2})
  void keepsWithinTheLoss(double loss) {
    LayerScores scores = honest(8, 5000);
    Choice choice = new ThresholdSearch(scores, loss, new Costs(0.5, 0.06)).choose();
    assertThat(choice.loss()).isLessThanOrEqualTo(loss);
    assertThat(choice.layers()).isLessThanOrEqualTo(8.5);
    assertThat(choice.thresholds()).hasSize(7);
  }

  @Test
  void moreLossSavesMore() {
    LayerScores scores = honest(8, 5000);
    Costs costs = new Costs(0.5, 0.06);
    double strict = new ThresholdSearch(scores, 0.005, costs).choose().layers();
    double loose = new ThresholdSearch(scores, 0.1, costs).choose().layers();
    assertThat(loose).isLessThan(strict).isLessThan(7);
  }

  /** Layers that are as wrong where they are sure as elsewhere. */
  @Test
  void asksNobodyWhoIsNotToBeTrusted() {
    SplittableRandom random = new SplittableRandom(4);
    LayerScores scores = new LayerScores(4);
    for (int token = 0; token < 1000; token++) {
      for (int layer = 0; layer < 3; layer++) {
        scores.add(layer, random.nextInt(100) / 100f, random.nextBoolean());
      }
    }
    Choice choice = new ThresholdSearch(scores, 0.01, new Costs(0.5, 0.06)).choose();
    assertThat(choice.thresholds()).allMatch(threshold -> threshold > 1);
    assertThat(choice.exits()).isZero();
  }
}
