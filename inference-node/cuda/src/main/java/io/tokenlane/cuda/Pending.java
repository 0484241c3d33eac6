package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceKvStore;
import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.Handles.DeviceRows;
import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.tensor.Activation;
import org.jspecify.annotations.Nullable;

/**
 * An operation that was asked for and is not written down yet, as the next one may become part of
 * its kernel. Whatever else comes next writes it down as it is.
 */
sealed interface Pending {
  /** What it writes. */
  DeviceRows out();

  /**
   * A projection; heads or a gate may come behind it.
   *
   * @param left the source's rows, if they were left ready
   */
  record Projected(Source source, @Nullable Left left, DeviceLinear weight, DeviceRows out)
      implements Pending {}

  /**
   * A projection that is added to rows; a norm of these may come behind it.
   *
   * @param out what it is added to
   */
  record Added(Ready in, DeviceLinear weight, DeviceRows out) implements Pending {
    /**
     * Whether the norm before another can come behind it, and is worth it: bytes want blocks of two
     * panels, which are too few in a narrow matrix.
     *
     * @param rows padded
     */
    boolean normsBehind(DeviceLinear another, int rows, DeviceFacts device) {
      return weight.format() != Format.F32
          && switch (another.format()) {
            case BF16 -> true;
            case INT8 -> Tile.fills(2, weight.outputs(), rows, device);
            case F32, F16 -> false;
          };
    }
  }

  /**
   * A gate; a projection may come behind it.
   *
   * @param projected the projection whose outputs it pairs, if that is not written down either
   */
  record Gated(@Nullable Projected projected, DeviceRows in, Activation activation, DeviceRows out)
      implements Pending {}

  /**
   * Attention; a projection may come behind it.
   *
   * @param work how it is cut
   * @param scratch where the pieces' results go
   */
  record Attended(
      DeviceRows qkv,
      AttentionLayer layer,
      DeviceKvStore kv,
      WorkList work,
      long scratch,
      DeviceRows out)
      implements Pending {}
}
