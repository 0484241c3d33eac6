package io.tokenlane.engine.model;

import io.tokenlane.engine.tensor.Tensor;
import java.util.Optional;

/** The tensors of one checkpoint, found by what they are for. */
public interface Weights {

  /**
   * A tensor that the model cannot do without.
   *
   * @param layer from 0; ignored unless {@link Part#perLayer()}
   * @param shape the dimensions it must have
   * @throws RuntimeException if it is missing or has another shape; the message names the file, the
   *     tensor and what was expected
   */
  Tensor require(Part part, int layer, int... shape);

  /** Like {@link #require}, but empty where it is missing. */
  Optional<Tensor> find(Part part, int layer, int... shape);
}
