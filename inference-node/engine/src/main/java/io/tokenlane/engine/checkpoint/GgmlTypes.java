package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.tensor.DType;
import java.util.Map;

/** Numbers of tensor types in GGUF files (ggml.h, {@code enum ggml_type}). */
final class GgmlTypes {
  private static final Map<Integer, DType> READ =
      Map.of(
          0, DType.F32,
          1, DType.F16,
          2, DType.Q4_0,
          8, DType.Q8_0,
          12, DType.Q4_K,
          13, DType.Q5_K,
          14, DType.Q6_K,
          30, DType.BF16);

  private static final String KNOWN = "F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K or Q6_K";

  /** Types that exist but are not read, for the message. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(3, "Q4_1"),
          Map.entry(6, "Q5_0"),
          Map.entry(7, "Q5_1"),
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
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
      throw CheckpointException.of(file, tensor + " type", value, KNOWN);
    }
    return dtype;
  }
}
