package io.tokenlane.bench;

import io.tokenlane.bench.cuda.CudaOptions;
import io.tokenlane.bench.cuda.CudaRows;
import io.tokenlane.bench.report.Row;
import java.util.List;

/** Random-weight models on the CUDA backend; rows without values where there is no GPU. */
final class CudaBenchmark implements Benchmark {
  private final CudaOptions options;

  CudaBenchmark(CudaOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public List<Row> run(boolean quick) throws InterruptedException {
    return CudaRows.measure(options, quick);
  }
}
