package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceKvStore;
import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.Handles.DeviceNorm;
import io.tokenlane.cuda.Handles.DeviceRope;
import io.tokenlane.cuda.Handles.DeviceRows;
import io.tokenlane.cuda.Handles.DeviceTable;
import io.tokenlane.cuda.Pending.Added;
import io.tokenlane.cuda.Pending.Attended;
import io.tokenlane.cuda.Pending.Gated;
import io.tokenlane.cuda.Pending.Projected;
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
 * Turns a step's operations into launches. What can be fused is: an operation is held back until
 * the next one is known ({@link Pending}), as a norm or a gate may become part of how rows are made
 * ready for a projection, a gate or a layer's heads part of the projection before them, and the
 * rounding for a projection part of the attention before it.
 */
final class StepLaunches {
  /** Numbers that attention leaves ready together, and so divide a head. */
  private static final int READY_TOGETHER = 32;

  private final Driver driver;
  private final DeviceMemory memory;
  private final LaunchList list = new LaunchList();
  private final ListRunner runner;
  private final Arena arena = Arena.ofShared();
  private final Calls calls;
  private final DeviceMemory.Scratch projected;
  private final DeviceMemory.Scratch partials;
  private final DeviceMemory.Scratch logits;
  private final DrawMemory drawMemory;
  private final Results results;
  private final @Nullable LargeProjections large;
  private final BatchPlaces batches;
  private int rows;
  private int outputs;
  private int actualOutputs;
  private @Nullable Pending pending;
  private @Nullable DeviceKvStore store;
  private @Nullable Cut cut;

  /**
   * @param large computes projections of many rows; null if {@code project.cu} does them all
   * @param tuner finds the fastest tiles; null to choose them by rule
   */
  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the backend
  StepLaunches(
      Driver driver,
      DeviceMemory memory,
      KernelSet kernels,
      @Nullable LargeProjections large,
      @Nullable TileTuner tuner) {
    this.large = large;
    this.driver = driver;
    this.memory = memory;
    calls = new Calls(list, arena, memory, driver.device());
    runner = new ListRunner(driver, kernels, list, calls, tuner);
    projected = memory.new Scratch();
    partials = memory.new Scratch();
    logits = memory.new Scratch();
    drawMemory = new DrawMemory(driver, memory);
    results = new Results(driver);
    batches = new BatchPlaces(driver, memory);
  }

  /** What enqueues the launches. */
  ListRunner runner() {
    return runner;
  }

  void begin(Batch batch) {
    flush();
    StepMemory place = batches.of(batch);
    place.begin(batch);
    store = null;
    rows = Buckets.rows(batch.rows());
    outputs = Buckets.rows(batch.outputs());
    actualOutputs = batch.outputs();
    calls.begin(place, rows, outputs);
  }

  void embed(DeviceTable table, float scale, DeviceRows out) {
    settle();
    calls.embed(table, scale, out);
  }

  void normProject(DeviceRows in, DeviceNorm norm, DeviceLinear weight, DeviceRows out) {
    Left left = null;
    if (pending instanceof Added added
        && added.out().equals(in)
        && added.normsBehind(weight, rows, driver.device())
        && !isLarge(added.weight())
        && !isLarge(weight)) {
      pending = null;
      left = addAndNorm(added, norm, weight);
    } else {
      settle();
    }
    Source source = new Source(in, KernelNumbers.NORMED, norm.gain(), norm.epsilon(), false);
    pending = new Projected(source, left, weight, out);
  }

  /** A projection that is added to rows, which it leaves ready for the next. */
  private Left addAndNorm(Added added, DeviceNorm norm, DeviceLinear weight) {
    Left left = calls.places().normed(weight, added.out(), norm);
    NextNorm next = new NextNorm(norm.gain(), left.squares());
    project(added.weight(), added.in(), Finish.added(added.out().address(), left.ready(), next));
    return left;
  }

  void projectAdd(DeviceRows in, DeviceLinear weight, DeviceRows sum) {
    pending = new Added(ready(in, weight), weight, sum);
  }

  void projectNormAdd(DeviceRows in, DeviceLinear weight, DeviceNorm norm, DeviceRows sum) {
    Ready ready = ready(in, weight);
    long to = projected.atLeast((long) in.maxRows() * weight.outputs() * Float.BYTES);
    project(weight, ready, Finish.written(to));
    calls.normAdd(to, norm, sum);
  }

  private boolean isLarge(DeviceLinear weight) {
    return large != null && LargeProjections.takes(weight.format(), rows);
  }

  /** A projection of all rows with nothing behind it. */
  private void project(DeviceLinear weight, Ready in, Finish finish) {
    if (large != null && isLarge(weight)) {
      flush();
      large.enqueue(weight, in, calls.batch().counts(), rows, finish);
    } else {
      calls.project(weight, in, finish);
    }
  }

  /** The same of rows that are not ready, or not by {@code pack}. */
  private void project(Projected of, Finish finish) {
    if (isLarge(of.weight())) {
      project(of.weight(), calls.pack(of.source(), of.weight()), finish);
    } else {
      calls.project(of, finish);
    }
  }

  /** Rows as a projection wants them, left so by what writes them, if it can. */
  private Ready ready(DeviceRows in, DeviceLinear weight) {
    Pending before = pending;
    if (before != null && before.out().equals(in)) {
      pending = null;
      switch (before) {
        case Gated gated -> {
          return gated(gated, weight);
        }
        case Attended attended -> {
          return attended(attended, weight);
        }
        case Projected _, Added _ -> pending = before;
      }
    }
    settle();
    return calls.pack(new Source(in, KernelNumbers.PLAIN, 0, 0, false), weight);
  }

  private Ready gated(Gated gated, DeviceLinear weight) {
    Projected before = gated.projected();
    if (before == null) {
      int mode = KernelNumbers.gatedBy(gated.activation());
      return calls.pack(new Source(gated.in(), mode, 0, 0, false), weight);
    }
    Ready place = Ready.NONE;
    if (before.weight().format() == weight.format()) {
      place = calls.places().left(weight, gated.out());
    }
    gateBehind(before, gated, place);
    if (place.format() == 0) {
      return calls.pack(new Source(gated.out(), KernelNumbers.PLAIN, 0, 0, false), weight);
    }
    return place;
  }

  /** A projection of pairs with its gate. */
  private void gateBehind(Projected before, Gated gated, Ready place) {
    int gate = KernelNumbers.gateBehind(gated.activation());
    Finish finish = Finish.gated(gate, place, gated.out().address());
    calls.project(before, finish);
  }

  private Ready attended(Attended attended, DeviceLinear weight) {
    HeadShape shape = attended.layer().shape();
    Ready place =
        shape.headDim() % READY_TOGETHER == 0
            ? calls.places().left(weight, attended.out())
            : Ready.NONE;
    calls.attend(attended, place);
    return place.format() == 0
        ? calls.pack(new Source(attended.out(), KernelNumbers.PLAIN, 0, 0, false), weight)
        : place;
  }

  void storeKv(DeviceRows qkv, AttentionLayer layer, DeviceKvStore kv) {
    Pending before = pending;
    boolean behind = before instanceof Projected && before.out().equals(qkv);
    if (!behind) {
      settle();
    }
    long turns = calls.rotations((DeviceRope) layer.rope());
    HeadsWay heads = new HeadsWay(qkv, layer, kv, calls.batch().slots(), turns);
    if (behind
        && heads.followsPanels()
        && before instanceof Projected projection
        && !isLarge(projection.weight())) {
      pending = null;
      calls.project(projection, Finish.heads(heads));
    } else {
      settle();
      calls.storeKv(heads);
    }
  }

  void attend(DeviceRows qkv, AttentionLayer layer, DeviceKvStore kv, DeviceRows out) {
    settle();
    HeadShape shape = layer.shape();
    Cut wanted = KernelNumbers.cut(shape, kv.type);
    cut = wanted;
    store = kv;
    WorkList work = calls.batch().work(wanted);
    if (work == null) {
      flush();
      calls.batch().recut();
      work = calls.batch().work(wanted);
    }
    if (work == null) {
      throw new IllegalStateException("work: not cut (expected: cut anew)");
    }
    long entry = (long) shape.heads() * (shape.headDim() + 2) * Float.BYTES;
    long scratch = partials.atLeast(Buckets.powerOfTwo(work.scratchPlaces()) * entry);
    pending = new Attended(qkv, layer, kv, work, scratch, out);
  }

  void gate(DeviceRows gateUp, Activation activation, DeviceRows out) {
    if (pending instanceof Projected before
        && before.out().equals(gateUp)
        && before.weight().paired()
        && !isLarge(before.weight())) {
      pending = new Gated(before, gateUp, activation, out);
    } else {
      settle();
      pending = new Gated(null, gateUp, activation, out);
    }
  }

  /** Writes an operation down whose result somebody may read. */
  private void settle() {
    Pending before = pending;
    pending = null;
    switch (before) {
      case null -> {}
      case Projected it -> project(it, Finish.written(it.out().address()));
      case Added it -> project(it.weight(), it.in(), Finish.added(it.out().address()));
      case Gated gated when gated.projected() != null ->
          gateBehind(gated.projected(), gated, Ready.NONE);
      case Gated gated -> calls.gate(gated.in(), gated.activation(), gated.out());
      case Attended attended -> calls.attend(attended, Ready.NONE);
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
    Source source = new Source(in, KernelNumbers.NORMED, norm.gain(), norm.epsilon(), true);
    calls.project(new Projected(source, null, head, in), Finish.written(at));
    return at;
  }

  /** Begins to draw, and returns. */
  void draw(DeviceRows in, DeviceNorm norm, DeviceLinear head, Draws draws) {
    if (actualOutputs == 0) {
      flush();
      return;
    }
    long at = head(in, norm, head);
    drawMemory.prepare(draws, actualOutputs, outputs);
    drawMemory.send(draws);
    Arguments wanted = drawMemory.arguments(calls.counts().address(at));
    list.add(
        Kernel.SAMPLE,
        outputs,
        DrawMemory.slices(draws.tokens(), outputs),
        wanted.number(head.outputs()).number(draws.tokens()).number(draws.cap()).block());
    Cut last = cut;
    DeviceKvStore kv = store;
    boolean whole = list.beginsWith(Kernel.EMBED);
    flush(whole && last != null && kv != null ? known(last, in, kv, draws) : null);
  }

  /** Runs a step that draws as one that came before; false if none did. */
  boolean drawAgain(Batch batch, DeviceRows in, DeviceKvStore kv, Draws draws) {
    if (cut == null || batch.outputs() == 0 || batch.rows() > Buckets.MOST) {
      return false;
    }
    begin(batch);
    drawMemory.prepare(draws, actualOutputs, outputs);
    KnownStep step = known(cut, in, kv, draws);
    if (!runner.knows(step)) {
      return false;
    }
    drawMemory.send(draws);
    calls.batch().send();
    runner.again(step);
    return true;
  }

  /** Attention is cut as it was last: by whoever wrote the list down, or by the step before. */
  private KnownStep known(Cut last, DeviceRows in, DeviceKvStore kv, Draws draws) {
    StepMemory memory = calls.batch();
    WorkList work = Objects.requireNonNull(memory.work(last), "work: cut otherwise");
    return new KnownStep(
        in,
        kv,
        memory,
        rows,
        outputs,
        last.rowsTogether(),
        Buckets.powerOfTwo(work.itemCount()),
        Buckets.powerOfTwo(work.scratchPlaces()),
        drawMemory.layout(),
        draws.tokens(),
        draws.cap(),
        this.memory.allocations(),
        calls.choices());
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
    flush(null);
  }

  /**
   * The same.
   *
   * @param step what decides the list; null if more does
   */
  private void flush(@Nullable KnownStep step) {
    settle();
    if (list.isEmpty()) {
      return;
    }
    calls.batch().send();
    runner.run(rows, step);
  }

  void close() {
    flush();
    driver.synchronize();
    runner.close();
    if (large != null) {
      large.close();
    }
    arena.close();
  }
}
