package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceKvStore;
import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.Handles.DeviceNorm;
import io.tokenlane.cuda.Handles.DeviceRope;
import io.tokenlane.cuda.Handles.DeviceRows;
import io.tokenlane.cuda.Handles.DeviceTable;
import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.tensor.Activation;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns a step's operations into launches. What can be fused is: a norm and a gate become part of
 * how rows are made ready for the projection behind them.
 */
final class StepLaunches {
  private final Driver driver;
  private final DeviceMemory memory;
  private final KernelSet kernels;
  private final LaunchList list = new LaunchList();
  private final Graphs graphs;
  private final Arena arena = Arena.ofShared();
  private final Arguments arguments = new Arguments(arena);
  private final DeviceMemory.Scratch packed;
  private final DeviceMemory.Scratch packedScales;
  private final DeviceMemory.Scratch projected;
  private final DeviceMemory.Scratch partials;
  private final DeviceMemory.Scratch logits;
  private final DrawMemory drawMemory;
  private final Results results;
  private final @Nullable LargeProjections large;
  private @Nullable StepMemory batchMemory;
  private int rows;
  private int outputs;
  private int actualOutputs;
  private long step;
  private @Nullable Gate pendingGate;
  private long graphLaunches;
  private long kernelLaunches;

  /**
   * @param large computes projections of many rows; null if {@code project.cu} does them all
   */
  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the backend
  StepLaunches(
      Driver driver, DeviceMemory memory, KernelSet kernels, @Nullable LargeProjections large) {
    this.large = large;
    this.driver = driver;
    this.memory = memory;
    this.kernels = kernels;
    graphs = new Graphs(driver);
    packed = memory.new Scratch();
    packedScales = memory.new Scratch();
    projected = memory.new Scratch();
    partials = memory.new Scratch();
    logits = memory.new Scratch();
    drawMemory = new DrawMemory(driver, memory);
    results = new Results(driver);
  }

  /** Graphs launched so far. */
  long graphLaunches() {
    return graphLaunches;
  }

  /** Kernels launched one by one so far. */
  long kernelLaunches() {
    return kernelLaunches;
  }

  void begin(Batch batch) {
    flush();
    if (batchMemory == null || !batchMemory.fits(batch)) {
      batchMemory = new StepMemory(driver, memory, batch);
    }
    batchMemory.begin(batch);
    rows = Buckets.rows(batch.rows());
    outputs = Buckets.rows(batch.outputs());
    actualOutputs = batch.outputs();
    step++;
  }

  void embed(DeviceTable table, float scale, DeviceRows out) {
    settle();
    int rowBytes = Math.toIntExact(table.type().bytes(table.inputs()));
    list.add(
        Kernel.EMBED,
        rows,
        Math.ceilDiv(out.width(), 256),
        counts()
            .address(batch().tokens())
            .address(table.address())
            .address(out.address())
            .number(out.width())
            .number(KernelNumbers.typeNumber(table.type()))
            .number(rowBytes)
            .number(scale)
            .block());
  }

  void normProject(DeviceRows in, DeviceNorm norm, DeviceLinear weight, DeviceRows out) {
    settle();
    pack(new Source(in, KernelNumbers.NORMED, norm.gain(), norm.epsilon(), false), weight);
    project(weight, out.address(), false, false);
  }

  void projectAdd(DeviceRows in, DeviceLinear weight, DeviceRows sum) {
    pack(gatedOrPlain(in), weight);
    project(weight, sum.address(), true, false);
  }

  void projectNormAdd(DeviceRows in, DeviceLinear weight, DeviceNorm norm, DeviceRows sum) {
    pack(gatedOrPlain(in), weight);
    long to = projected.atLeast((long) in.maxRows() * weight.outputs() * Float.BYTES);
    project(weight, to, false, false);
    list.add(
        Kernel.NORM_ADD,
        rows,
        1,
        counts()
            .address(to)
            .address(norm.gain())
            .address(sum.address())
            .number(norm.width())
            .number(norm.epsilon())
            .block());
  }

  private Source gatedOrPlain(DeviceRows in) {
    Gate gate = pendingGate;
    if (gate != null && gate.out().equals(in)) {
      pendingGate = null;
      return new Source(gate.in(), KernelNumbers.gatedBy(gate.activation()), 0, 0, false);
    }
    settle();
    return new Source(in, KernelNumbers.PLAIN, 0, 0, false);
  }

  private void pack(Source source, DeviceLinear weight) {
    Format format = weight.format();
    int inputs = weight.inputs();
    int maxRows = source.rows().maxRows();
    long to = packed.atLeast(format.rowBytes(maxRows, inputs));
    long scales = packedScales.atLeast(format.rowScaleBytes(maxRows, inputs));
    list.add(
        format.pack(),
        source.outputs() ? outputs : rows,
        1,
        counts()
            .address(source.outputs() ? batch().outputRows() : 0)
            .address(source.rows().address())
            .address(source.gain())
            .address(to)
            .address(scales)
            .number(inputs)
            .number(format.steps(inputs))
            .number(source.mode())
            .number(source.outputs() ? 1 : 0)
            .number(source.epsilon())
            .block());
  }

  private void project(DeviceLinear weight, long out, boolean add, boolean ofOutputs) {
    Format format = weight.format();
    int count = ofOutputs ? outputs : rows;
    if (large != null && !ofOutputs && LargeProjections.takes(format, count)) {
      flush();
      large.enqueue(
          new LargeProjections.Projection(
              weight,
              batch().counts(),
              packed.atLeast(0),
              packedScales.atLeast(0),
              out,
              count,
              add));
      return;
    }
    Format.Projection projection = format.project(count);
    list.add(
        projection.kernel(),
        Math.ceilDiv(weight.outputs(), projection.panels() * Format.PANEL),
        Math.ceilDiv(count, projection.tiles() * Format.TILE),
        counts()
            .address(weight.weights())
            .address(weight.scales())
            .address(weight.bias())
            .address(packed.atLeast(0))
            .address(packedScales.atLeast(0))
            .address(out)
            .number(format.steps(weight.inputs()))
            .number(weight.outputs())
            .number(add ? 1 : 0)
            .number(ofOutputs ? 1 : 0)
            .number(weight.scale())
            .block());
  }

  void storeKv(DeviceRows qkv, AttentionLayer layer, DeviceKvStore kv) {
    settle();
    DeviceRope rope = (DeviceRope) layer.rope();
    long turns = rotations(rope);
    HeadShape shape = layer.shape();
    list.add(
        Kernel.STORE_KV,
        rows,
        Math.ceilDiv(shape.heads() + 2 * shape.kvHeads(), 4),
        counts()
            .address(batch().slots())
            .address(turns)
            .address(KernelNumbers.gain(layer.queryNorm()))
            .address(KernelNumbers.gain(layer.keyNorm()))
            .address(qkv.address())
            .address(kv.keys(layer.layer()))
            .address(kv.values(layer.layer()))
            .address(kv.keyScales(layer.layer()))
            .address(kv.valueScales(layer.layer()))
            .number(shape.heads())
            .number(shape.kvHeads())
            .number(shape.headDim())
            .number(rope.pairs)
            .number(rope.interleaved ? 1 : 0)
            .number(KernelNumbers.kindOf(kv.type))
            .number(KernelNumbers.epsilon(layer.queryNorm()))
            .number(KernelNumbers.epsilon(layer.keyNorm()))
            .block());
  }

  private long rotations(DeviceRope rope) {
    long turns = rope.turns.atLeast((long) batch().maxRows() * rope.pairs * 2 * Float.BYTES);
    if (rope.preparedStep != step && rope.pairs > 0) {
      rope.preparedStep = step;
      list.add(
          Kernel.ROTATIONS,
          rows,
          Math.ceilDiv(rope.pairs, 128),
          counts()
              .address(batch().positions())
              .address(rope.frequencies)
              .address(turns)
              .number(rope.pairs)
              .number(rope.magnitude)
              .block());
    }
    return turns;
  }

  void attend(DeviceRows qkv, AttentionLayer layer, DeviceKvStore kv, DeviceRows out) {
    settle();
    HeadShape shape = layer.shape();
    boolean tensor = KernelNumbers.inTensorCores(shape, kv.type);
    int heads = tensor ? WorkList.TENSOR_HEADS : WorkList.HEADS;
    int together = WorkList.rowsTogether(shape, heads);
    WorkList work = batch().work(together);
    if (work == null) {
      flush();
      batch().recut();
      work = batch().work(together);
    }
    if (work == null) {
      throw new IllegalStateException("work: not cut (expected: cut anew)");
    }
    long entry = (long) shape.heads() * (shape.headDim() + 2) * Float.BYTES;
    long scratch = partials.atLeast(Buckets.powerOfTwo(work.scratchPlaces()) * entry);
    list.add(
        KernelNumbers.attendKernel(shape, tensor),
        Buckets.powerOfTwo(work.itemCount()),
        WorkList.headBlocks(shape, heads),
        counts()
            .address(batch().items())
            .address(batch().tables())
            .address(qkv.address())
            .address(kv.keys(layer.layer()))
            .address(kv.values(layer.layer()))
            .address(kv.keyScales(layer.layer()))
            .address(kv.valueScales(layer.layer()))
            .address(out.address())
            .address(scratch)
            .number(shape.heads())
            .number(shape.kvHeads())
            .number(shape.headDim())
            .number(kv.blockSize())
            .number(layer.rule().window())
            .number(KernelNumbers.kindOf(kv.type))
            .number(layer.rule().scale())
            .number(layer.rule().softCap())
            .block());
    if (work.splitCount() > 0) {
      list.add(
          Kernel.COMBINE,
          Buckets.powerOfTwo(work.splitCount()),
          shape.heads(),
          counts()
              .address(batch().splits())
              .address(scratch)
              .address(out.address())
              .number(shape.heads())
              .number(shape.headDim())
              .block());
    }
  }

  void gate(DeviceRows gateUp, Activation activation, DeviceRows out) {
    settle();
    pendingGate = new Gate(gateUp, activation, out);
  }

  /** Writes a gate down whose result somebody may read. */
  private void settle() {
    Gate gate = pendingGate;
    if (gate != null) {
      pendingGate = null;
      list.add(
          Kernel.GATE,
          rows,
          1,
          counts()
              .address(gate.in().address())
              .address(gate.out().address())
              .number(gate.out().width())
              .number(gate.activation() == Activation.GELU_TANH ? 1 : 0)
              .block());
    }
  }

  void logits(DeviceRows in, DeviceNorm norm, DeviceLinear head, float[] to) {
    if (actualOutputs == 0) {
      flush();
      driver.synchronize();
      return;
    }
    long at = head(in, norm, head);
    flush();
    results.copy(at, to, actualOutputs * head.outputs());
  }

  /** Gives the address of the logits. */
  private long head(DeviceRows in, DeviceNorm norm, DeviceLinear head) {
    settle();
    long at = logits.atLeast((long) outputs * head.outputs() * Float.BYTES);
    pack(new Source(in, KernelNumbers.NORMED, norm.gain(), norm.epsilon(), true), head);
    project(head, at, false, true);
    return at;
  }

  /** Begins to draw, and returns. */
  void draw(DeviceRows in, DeviceNorm norm, DeviceLinear head, Draws draws) {
    if (actualOutputs == 0) {
      flush();
      return;
    }
    long at = head(in, norm, head);
    drawMemory.send(draws, actualOutputs, outputs);
    Arguments wanted = drawMemory.arguments(counts().address(at));
    list.add(
        Kernel.SAMPLE,
        outputs,
        1,
        wanted.number(head.outputs()).number(draws.tokens()).number(draws.cap()).block());
    flush();
  }

  /** Waits for what {@link #draw} has begun. */
  void drawn(Draws draws) {
    if (actualOutputs == 0) {
      driver.synchronize();
    } else {
      drawMemory.receive(draws);
    }
  }

  void read(DeviceRows from, int row, float[] values) {
    flush();
    long rowBytes = (long) from.width() * Float.BYTES;
    results.copy(from.address() + row * rowBytes, values, from.width());
  }

  /** Enqueues all that was written down. */
  void flush() {
    settle();
    if (list.isEmpty()) {
      return;
    }
    batch().send();
    if (rows <= Buckets.MOST && graphs.run(list, this::enqueue)) {
      graphLaunches++;
    } else {
      enqueue();
      kernelLaunches += list.size();
    }
    list.clear();
  }

  private void enqueue() {
    list.each((kernel, grid, block) -> driver.launch(kernels.function(kernel), grid, block));
  }

  private StepMemory batch() {
    return Objects.requireNonNull(batchMemory, "step: not begun (expected: begin)");
  }

  private Arguments counts() {
    return arguments.begin().address(batch().counts());
  }

  void close() {
    flush();
    driver.synchronize();
    graphs.close();
    if (large != null) {
      large.close();
    }
    arena.close();
  }
}
