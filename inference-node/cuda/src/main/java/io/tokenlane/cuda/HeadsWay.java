package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceKvStore;
import io.tokenlane.cuda.Handles.DeviceRope;
import io.tokenlane.cuda.Handles.DeviceRows;
import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.HeadShape;

/**
 * Norm, rotation and cache of a layer's heads: {@code Heads} of {@code heads.cuh}.
 *
 * @param slots address of the rows' places in the cache
 * @param turns address of the rows' rotations
 */
record HeadsWay(DeviceRows qkv, AttentionLayer layer, DeviceKvStore kv, long slots, long turns) {
  private static final int ADDRESSES = 9;
  private static final int NUMBERS = 8;

  /** Outputs of eight panels. */
  private static final int CLUSTER = 8 * Format.PANEL;

  /** Pairs of cosine and sine that are 16 bytes. */
  private static final int PAIRS_COPIED = 2;

  HeadShape shape() {
    return layer.shape();
  }

  int allHeads() {
    return shape().heads() + 2 * shape().kvHeads();
  }

  /** Whether a panel of outputs is never part of two heads. */
  boolean followsPanels() {
    return shape().headDim() % Format.PANEL == 0;
  }

  /** Whether eight panels hold whole heads, whose rotations are whole pieces to copy. */
  boolean fillClusters() {
    int pairs = ((DeviceRope) layer.rope()).pairs;
    return CLUSTER % shape().headDim() == 0 && pairs % PAIRS_COPIED == 0;
  }

  Arguments write(Arguments to) {
    DeviceRope rope = (DeviceRope) layer.rope();
    return to.address(slots)
        .address(turns)
        .address(KernelNumbers.gain(layer.queryNorm()))
        .address(KernelNumbers.gain(layer.keyNorm()))
        .address(qkv.address())
        .address(kv.keys(layer.layer()))
        .address(kv.values(layer.layer()))
        .address(kv.keyScales(layer.layer()))
        .address(kv.valueScales(layer.layer()))
        .number(shape().heads())
        .number(shape().kvHeads())
        .number(shape().headDim())
        .number(rope.pairs)
        .number(rope.interleaved ? 1 : 0)
        .number(KernelNumbers.kindOf(kv.type))
        .number(KernelNumbers.epsilon(layer.queryNorm()))
        .number(KernelNumbers.epsilon(layer.keyNorm()));
  }

  /** No heads. */
  static Arguments writeNone(Arguments to) {
    for (int i = 0; i < ADDRESSES; i++) {
      to.address(0);
    }
    for (int i = 0; i < NUMBERS; i++) {
      to.number(0);
    }
    return to;
  }
}
