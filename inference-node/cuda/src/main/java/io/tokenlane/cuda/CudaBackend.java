package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceKvStore;
import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.Handles.DeviceNorm;
import io.tokenlane.cuda.Handles.DeviceRope;
import io.tokenlane.cuda.Handles.DeviceRows;
import io.tokenlane.cuda.Handles.DeviceTable;
import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.cuda.driver.DriverException;
import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.backend.Op;
import io.tokenlane.engine.backend.Rope;
import io.tokenlane.engine.backend.RopeSpec;
import io.tokenlane.engine.backend.Rows;
import io.tokenlane.engine.backend.Support;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.RopeStyle;
import io.tokenlane.engine.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs steps on a device. Operations only write launches down ({@link StepLaunches}); they are
 * enqueued, as one graph where such a step came before, when somebody wants a result.
 */
final class CudaBackend implements Backend {
  static final String NAME = "cuda";

  private static final String NOT_ASKED_FOR = "not asked for";

  /** Widest head that the kernels have shared memory for. */
  private static final int WIDEST_HEAD = 256;

  private static final Support SUPPORT =
      new Support(
          NAME,
          Map.of(
              Op.EMBED, EnumSet.allOf(DType.class),
              Op.PROJECT, EnumSet.allOf(DType.class),
              Op.VECTOR, EnumSet.allOf(DType.class)));

  private final Driver driver;
  private final DeviceMemory memory;
  private final MatrixUpload upload;
  private final @Nullable LargeProjections large;
  private final String library;
  private final StepLaunches step;
  private @Nullable Thread user;

  /**
   * @param weights what matrices of floats are kept as
   */
  CudaBackend(Driver driver, KernelSet kernels, WeightFormat weights) {
    this(driver, kernels, weights, null, false, false);
  }

  /**
   * @param random makes up all weights, whatever the tensors hold; null to take the tensors'
   * @param blas whether cuBLAS computes projections of many rows, if the machine has it
   * @param tuned whether tiles of projections are those that are fastest when they are tried
   */
  CudaBackend(
      Driver driver,
      KernelSet kernels,
      WeightFormat weights,
      @Nullable RandomFill random,
      boolean blas,
      boolean tuned) {
    this.driver = driver;
    memory = new DeviceMemory(driver);
    upload = new MatrixUpload(driver, memory, weights == WeightFormat.INT8, random);
    Cublas.Opened opened =
        blas ? Cublas.open(driver.stream()) : new Cublas.Opened(Optional.empty(), NOT_ASKED_FOR);
    large =
        opened.library().map(it -> new LargeProjections(driver, memory, kernels, it)).orElse(null);
    library =
        large == null
            ? "without cuBLAS: " + opened.why()
            : "%s for steps of %d rows and more"
                .formatted(large.description(), LargeProjections.LEAST_ROWS);
    TileTuner tuner = tuned ? new TileTuner(driver, kernels) : null;
    step = new StepLaunches(driver, memory, kernels, large, tuner);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    DeviceFacts facts = driver.device();
    return "%s, compute capability %d.%d, %d multiprocessors, %.1f GB, driver for CUDA %d.%d, %s"
        .formatted(
            facts.name(),
            facts.major(),
            facts.minor(),
            facts.processors(),
            facts.bytes() / 1e9,
            facts.driverVersion() / 1000,
            facts.driverVersion() % 1000 / 10,
            library);
  }

  /** Products that cuBLAS computed so far. */
  long products() {
    return large == null ? 0 : large.products();
  }

  /** What enqueues steps. */
  ListRunner runner() {
    return step.runner();
  }

  /** Bytes on the device, without KV stores. */
  long deviceBytes() {
    return memory.bytes();
  }

  /** Bytes of matrices and their scales. */
  long weightBytes() {
    return upload.weightBytes();
  }

  @Override
  public Support support() {
    return SUPPORT;
  }

  @Override
  public Linear linear(List<Tensor> parts, List<Tensor> biases) {
    return upload(parts, biases, false);
  }

  @Override
  public Linear gateUp(List<Tensor> parts, List<Tensor> biases) {
    return upload(parts, biases, true);
  }

  private Linear upload(List<Tensor> parts, List<Tensor> biases, boolean pairs) {
    use();
    parts.forEach(part -> SUPPORT.check(Op.PROJECT, part));
    biases.forEach(bias -> SUPPORT.check(Op.VECTOR, bias));
    return upload.upload(new HostLinear(parts, biases), pairs);
  }

  @Override
  public Linear table(Tensor table) {
    use();
    SUPPORT.check(Op.EMBED, table);
    Linear kept =
        new DeviceTable(upload.table(table), table.dtype(), table.rows(), table.columns());
    table.release();
    return kept;
  }

  @Override
  public Norm norm(Tensor gain, float epsilon) {
    use();
    SUPPORT.check(Op.VECTOR, gain);
    float[] values = new float[Math.toIntExact(gain.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = gain.floatAt(i);
    }
    return new DeviceNorm(upload.floats(values), values.length, epsilon);
  }

  @Override
  public Rope rope(RopeSpec spec) {
    use();
    int pairs = spec.frequencies().length;
    long frequencies = pairs == 0 ? 0 : upload.floats(spec.frequencies());
    boolean interleaved = spec.style() == RopeStyle.INTERLEAVED;
    return new DeviceRope(frequencies, pairs, interleaved, spec.magnitude(), memory.new Scratch());
  }

  @Override
  public Rows rows(int maxRows, int width) {
    use();
    long address = memory.zeros((long) maxRows * width * Float.BYTES);
    return new DeviceRows(address, maxRows, width);
  }

  @Override
  public KvStore kvStore(int layers, HeadShape shape, int blocks, int blockSize, KvType type) {
    use();
    if (shape.headDim() > WIDEST_HEAD) {
      throw new IllegalArgumentException(
          "head width: %d (expected: at most %d on the cuda backend)"
              .formatted(shape.headDim(), WIDEST_HEAD));
    }
    return new DeviceKvStore(driver, step::flush, layers, shape, blocks, blockSize, type);
  }

  @Override
  public void begin(Batch batch) {
    use();
    step.begin(batch);
  }

  @Override
  public void embed(Linear table, float scale, Rows out) {
    step.embed((DeviceTable) table, scale, (DeviceRows) out);
  }

  @Override
  public void normProject(Rows in, Norm norm, Linear weight, Rows out) {
    step.normProject((DeviceRows) in, (DeviceNorm) norm, (DeviceLinear) weight, (DeviceRows) out);
  }

  @Override
  public void projectAdd(Rows in, Linear weight, Rows sum) {
    step.projectAdd((DeviceRows) in, (DeviceLinear) weight, (DeviceRows) sum);
  }

  @Override
  public void projectNormAdd(Rows in, Linear weight, Norm norm, Rows sum) {
    step.projectNormAdd(
        (DeviceRows) in, (DeviceLinear) weight, (DeviceNorm) norm, (DeviceRows) sum);
  }

  @Override
  public void storeKv(Rows qkv, AttentionLayer layer, KvStore kv) {
    step.storeKv((DeviceRows) qkv, layer, (DeviceKvStore) kv);
  }

  @Override
  public void attend(Rows qkv, AttentionLayer layer, KvStore kv, Rows out) {
    step.attend((DeviceRows) qkv, layer, (DeviceKvStore) kv, (DeviceRows) out);
  }

  @Override
  public void gate(Rows gateUp, Activation activation, Rows out) {
    step.gate((DeviceRows) gateUp, activation, (DeviceRows) out);
  }

  @Override
  public void logits(Rows in, Norm norm, Linear head, float[] logits) {
    step.logits((DeviceRows) in, (DeviceNorm) norm, (DeviceLinear) head, logits);
  }

  /** Most errors of a kernel stay: whatever is asked of the context then fails with the same. */
  @Override
  public boolean isBroken() {
    try {
      driver.synchronize();
      return false;
    } catch (DriverException e) {
      return true;
    }
  }

  @Override
  public boolean draws() {
    return true;
  }

  @Override
  public void draw(Rows in, Norm norm, Linear head, Draws draws) {
    step.draw((DeviceRows) in, (DeviceNorm) norm, (DeviceLinear) head, draws);
  }

  @Override
  public boolean drawAgain(Batch batch, Rows in, KvStore kv, Draws draws) {
    use();
    return step.drawAgain(batch, (DeviceRows) in, (DeviceKvStore) kv, draws);
  }

  @Override
  public void drawn(Draws draws) {
    step.drawn(draws);
  }

  @Override
  public void read(Rows rows, int row, float[] values) {
    step.read((DeviceRows) rows, row, values);
  }

  private void use() {
    if (user != Thread.currentThread()) {
      driver.use();
      user = Thread.currentThread();
    }
  }

  @Override
  public void close() {
    use();
    step.close();
    memory.close();
    driver.close();
  }
}
