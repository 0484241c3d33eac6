package io.tokenlane.node.config;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the cuda backend may do, under {@code tokenlane.node.cuda}. Other backends do not heed it.
 *
 * @param cublas {@code off}: own kernels compute every step, and a token's results are the same to
 *     the bit whatever is computed with it; {@code auto}: steps of 256 tokens and more multiply
 *     16-bit weights with the machine's cuBLAS, if it has one, and the last bits depend on how many
 *     tokens a step has; default {@code off}
 */
public record CudaSettings(@DefaultValue("off") String cublas) {
  private static final String AUTO = "auto";

  public CudaSettings {
    Check.that(
        cublas.equals("off") || cublas.equals(AUTO),
        "tokenlane.node.cuda.cublas",
        cublas,
        "off or auto");
  }

  /** Whether cuBLAS computes what it may. */
  public boolean usesCublas() {
    return cublas.equals(AUTO);
  }
}
