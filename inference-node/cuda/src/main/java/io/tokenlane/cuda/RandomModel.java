package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.BytedecoDriver;
import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.model.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model of a given shape with random weights, made on the device in a moment and without a
 * download, to be timed: speed does not depend on what weights say. They are bfloat16, or bytes.
 */
public final class RandomModel implements AutoCloseable {
  private static final long COPIED = 1L << 30;
  private static final int ROUNDS = 10;

  private final Driver driver;
  private final KernelSet kernels;
  private final CudaBackend backend;
  private final RandomWeights weights;
  private final Model model;

  /**
   * Why there is no device to make one on; empty if there is.
   *
   * @return one line
   */
  public static Optional<String> unavailable() {
    return Probe.unavailable();
  }

  /**
   * Makes one on the machine's first device.
   *
   * @param format {@link WeightFormat#AS_STORED} for bfloat16
   * @param maxRows most rows of a step
   * @param blas whether cuBLAS computes projections of many rows, if the machine has it
   * @throws IllegalStateException if there is no device; see {@link #unavailable()}
   */
  public static RandomModel make(
      ModelConfig shape, WeightFormat format, int maxRows, boolean blas) {
    unavailable()
        .ifPresent(
            why -> {
              throw new IllegalStateException("cuda: " + why);
            });
    Driver driver = new BytedecoDriver();
    KernelSet kernels = new KernelSet(driver, KernelImages.forDevice(driver.device()));
    RandomFill random = new RandomFill(driver, kernels);
    CudaBackend backend = new CudaBackend(driver, kernels, format, random, blas, true);
    return new RandomModel(driver, kernels, backend, shape, maxRows);
  }

  RandomModel(
      Driver driver, KernelSet kernels, CudaBackend backend, ModelConfig shape, int maxRows) {
    this.driver = driver;
    this.kernels = kernels;
    this.backend = backend;
    long rows = Math.max(shape.vocabularySize(), 2L * shape.intermediateSize());
    weights = new RandomWeights(rows * Math.max(shape.hiddenSize(), shape.intermediateSize()));
    model = Models.load(shape, weights, backend, maxRows);
    driver.synchronize();
  }

  /** The model. */
  public Model model() {
    return model;
  }

  /** What it runs on. */
  public String device() {
    return backend.description();
  }

  /** Bytes on the device: weights, activations, work space; not the KV cache. */
  public long deviceBytes() {
    return backend.deviceBytes();
  }

  /** Bytes of weights that a step of one row reads: all matrices but the embedding. */
  public long weightBytes() {
    return backend.weightBytes();
  }

  /** Products that cuBLAS computed so far. */
  public long products() {
    return backend.products();
  }

  /** Graphs that were launched so far. */
  public long graphLaunches() {
    return backend.runner().graphLaunches();
  }

  /** Kernels that were launched one by one so far. */
  public long kernelLaunches() {
    return backend.runner().kernelLaunches();
  }

  /** Ways to cut projections into blocks that {@link #profile} can be asked for, at most. */
  public static final int TILINGS = 6;

  /**
   * Where the time of a step goes; with another way to cut projections, what these take.
   *
   * @param step computes it
   * @param tiling which of the ways to cut projections, as far as there are as many; -1 for that
   *     which is chosen anyway
   */
  public List<KernelTime> profile(Runnable step, int tiling) {
    List<KernelTime> times = new ArrayList<>();
    StepProfile profile = new StepProfile(driver, kernels);
    backend.runner().choose(tiling < 0 ? null : new Tiling(tiling));
    backend.runner().watch(list -> times.addAll(profile.of(list, tiling >= 0)));
    try {
      step.run();
    } finally {
      backend.runner().watch(null);
      backend.runner().choose(null);
    }
    return times;
  }

  private record Tiling(int index) implements Tile.Choice {
    @Override
    public Tile of(Projection projection, DeviceFacts device) {
      List<Tile> all = Tile.all(projection, device);
      return all.get(Math.min(index, all.size() - 1));
    }
  }

  /** Bytes that the device reads and writes in a second when it copies its own memory. */
  public double copyBandwidth() {
    driver.use();
    long from = driver.allocate(COPIED);
    long to = driver.allocate(COPIED);
    long begin = driver.event();
    long end = driver.event();
    driver.copy(to, from, COPIED);
    driver.record(begin);
    for (int i = 0; i < ROUNDS; i++) {
      driver.copy(to, from, COPIED);
    }
    driver.record(end);
    driver.await(end);
    float millis = driver.millis(begin, end);
    driver.free(from);
    driver.free(to);
    return 2.0 * ROUNDS * COPIED / millis * 1000;
  }

  @Override
  public void close() {
    model.close();
    backend.close();
    weights.close();
  }
}
