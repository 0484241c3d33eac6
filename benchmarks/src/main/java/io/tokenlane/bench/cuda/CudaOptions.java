package io.tokenlane.bench.cuda;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * What {@code bench cuda} measures.
 *
 * @param chosen shapes that were named; empty for all, or with {@code --quick} the smallest
 * @param kernels whether to time the kernels of a step, rather than steps
 */
public record CudaOptions(List<ModelShape> chosen, boolean kernels) {

  public CudaOptions {
    chosen = List.copyOf(chosen);
  }

  /**
   * Takes {@code --shape} and {@code --kernels} out of the arguments of {@code bench cuda}; weights
   * are always random.
   */
  public static CudaOptions take(List<String> arguments) {
    if (!arguments.contains("cuda")) {
      return new CudaOptions(List.of(), false);
    }
    List<ModelShape> chosen = List.of();
    arguments.remove("--random");
    boolean kernels = arguments.remove("--kernels");
    for (Iterator<String> i = arguments.iterator(); i.hasNext(); ) {
      if (i.next().equals("--shape") && i.hasNext()) {
        i.remove();
        chosen = Arrays.stream(i.next().split(",")).map(ModelShape::of).toList();
        i.remove();
      }
    }
    return new CudaOptions(chosen, kernels);
  }

  List<ModelShape> shapes(boolean quick) {
    if (!chosen.isEmpty()) {
      return chosen;
    }
    return quick ? List.of(ModelShape.ALL.getFirst()) : ModelShape.ALL;
  }
}
