package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceNorm;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.DType;
import org.jspecify.annotations.Nullable;

/** What kernels call things by, and which kernel is for which shape. */
final class KernelNumbers {
  /** How {@code pack.cu} makes rows ready. */
  static final int PLAIN = 0;

  static final int NORMED = 1;
  private static final int SILU_GATED = 2;
  private static final int GELU_GATED = 3;

  /** Neighbours of a cache that attention in tensor cores loads at once. */
  private static final int NUMBERS_LOADED = 8;

  private KernelNumbers() {}

  /** The type's number in {@code embed.cu}. */
  static int typeNumber(DType type) {
    return switch (type) {
      case F32 -> 0;
      case F16 -> 1;
      case BF16 -> 2;
      case Q8_0 -> 3;
      case Q4_0 -> 4;
      case Q4_K -> 5;
      case Q5_K -> 6;
      case Q6_K -> 7;
    };
  }

  static int gatedBy(Activation activation) {
    return activation == Activation.SILU ? SILU_GATED : GELU_GATED;
  }

  /** The activation's number in {@code project.cu}. */
  static int gateBehind(Activation activation) {
    return activation == Activation.SILU ? 1 : 2;
  }

  /** The type's number in {@code attention.cu}. */
  static int kindOf(KvType type) {
    return switch (type) {
      case FLOAT32 -> 0;
      case INT8 -> 1;
      case FLOAT16 -> 2;
    };
  }

  static long gain(@Nullable Norm norm) {
    return norm instanceof DeviceNorm device ? device.gain() : 0;
  }

  static float epsilon(@Nullable Norm norm) {
    return norm instanceof DeviceNorm device ? device.epsilon() : 0;
  }

  /**
   * Not where a cache has more bits than they take, or heads are wider than they have room for or
   * not of whole loads.
   */
  static boolean inTensorCores(HeadShape shape, KvType type) {
    return type != KvType.FLOAT32
        && shape.headDim() <= 128
        && shape.headDim() % NUMBERS_LOADED == 0;
  }

  /** How attention is cut for its kernel. */
  static Cut cut(HeadShape shape, KvType type) {
    return Cut.of(shape, inTensorCores(shape, type));
  }

  static Kernel attendKernel(HeadShape shape, KvType type) {
    boolean narrow = shape.headDim() <= 64;
    if (inTensorCores(shape, type)) {
      return switch (type) {
        case INT8 -> narrow ? Kernel.ATTEND_BYTES_64 : Kernel.ATTEND_BYTES_128;
        default -> narrow ? Kernel.ATTEND_TENSOR_64 : Kernel.ATTEND_TENSOR_128;
      };
    }
    if (narrow) {
      return Kernel.ATTEND_64;
    }
    return shape.headDim() <= 128 ? Kernel.ATTEND_128 : Kernel.ATTEND_256;
  }
}
