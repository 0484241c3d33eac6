package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.Part;
import io.tokenlane.engine.model.Weights;
import io.tokenlane.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint's tensors under their format's names.
 *
 * @param file for messages
 * @param tiedHead whether the embedding is the head
 */
record NamedTensors(String file, TensorNames names, Map<String, Tensor> tensors, boolean tiedHead)
    implements Weights {

  @Override
  public Tensor require(Part part, int layer, int... shape) {
    return find(part, layer, shape)
        .orElseThrow(
            () ->
                CheckpointException.of(
                    file, names.of(part, layer), "missing", "a tensor " + Arrays.toString(shape)));
  }

  @Override
  public Optional<Tensor> find(Part part, int layer, int... shape) {
    Part stored = part == Part.HEAD && tiedHead ? Part.EMBEDDING : part;
    Tensor tensor = tensors.get(names.of(stored, layer));
    if (tensor != null && !tensor.hasShape(shape)) {
      throw CheckpointException.of(
          file, tensor.name() + " shape", tensor.shapeText(), Arrays.toString(shape));
    }
    return Optional.ofNullable(tensor);
  }
}
