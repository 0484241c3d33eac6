package io.tokenlane.engine.model;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A checkpoint's weights with the rotary frequencies rounded to bfloat16, as they were when the
 * demo model's golden logits were made: its export turned the whole module, that buffer included,
 * to bfloat16 and back. With the frequencies as trained, the logits of one case are off by 1.6e-3.
 */
record RoundedFrequencies(Weights weights, ModelConfig config) implements Weights {

  @Override
  public Tensor require(Part part, int layer, int... shape) {
    return weights.require(part, layer, shape);
  }

  @Override
  public Optional<Tensor> find(Part part, int layer, int... shape) {
    return part == Part.ROPE_FACTORS ? Optional.of(factors()) : weights.find(part, layer, shape);
  }

  private Tensor factors() {
    float[] factors = new float[config.rotaryDim() / 2];
    for (int i = 0; i < factors.length; i++) {
      float trained = (float) Math.pow(config.ropeTheta(), -2.0 * i / config.rotaryDim());
      factors[i] = trained / bfloat16(trained);
    }
    MemorySegment bytes = MemorySegment.ofArray(factors);
    return new Tensor("factors", DType.F32, new int[] {factors.length}, bytes);
  }

  /** To the nearest, ties to even. */
  private static float bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
  }
}
