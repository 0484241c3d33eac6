package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.tensor.DType;
import java.util.Map;

/** Numbers of tensor types in GGUF files (ggml.h, {@code enum ggml_type}). */
final class GgmlTypes {
  private static final Map<Integer, DType> READ =
      Map.of(0, DType.F32, 1, DType.F16, 8, DType.Q8_0, 30, DType.BF16);

  /** Types that exist but are not read, for the message. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(2, "Q4_0"),
          Map.entry(3, "Q4_1"),
          Map.entry(6, "Q5_0"),
          Map.entry(7, "Q5_1"),
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(12, "Q4_K"),
          Map.entry(13, "Q5_K"),
          Map.entry(14, "Q6_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(28, "F64"),
          Map.entry(39, "MXFP4"));

  private GgmlTypes() {}

  static DType dtype(String file, String tensor, long number) {
    DType dtype = number > Integer.MAX_VALUE ? null : READ.get((int) number);
    if (dtype == null) {
      String value = OTHERS.getOrDefault((int) number, "number " + number);
      throw CheckpointException.of(file, tensor + " type", value, "F32, F16, BF16 or Q8_0");
    }
    return dtype;
  }
}
