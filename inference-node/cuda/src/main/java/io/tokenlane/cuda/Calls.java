package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.Handles.DeviceNorm;
import io.tokenlane.cuda.Handles.DeviceRope;
import io.tokenlane.cuda.Handles.DeviceRows;
import io.tokenlane.cuda.Handles.DeviceTable;
import io.tokenlane.cuda.Pending.Attended;
import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.tensor.Activation;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes launches down: which kernel, on how many blocks, with what arguments. */
final class Calls {
  private final LaunchList list;
  private final Arguments arguments;
  private final DeviceMemory.Scratch packed;
  private final DeviceMemory.Scratch packedScales;
  private final DeviceMemory.Scratch left;
  private final DeviceMemory.Scratch leftScales;
  private final DeviceMemory.Counters panelsDone;
  private final DeviceMemory.Counters partsDone;
  private final DeviceFacts device;
  private final Map<Projection, Tile> tiles = new HashMap<>();
  private final List<Projection> projections = new ArrayList<>();
  private Function<Projection, Tile> chosen;
  private @Nullable StepMemory batchMemory;
  private int rows;
  private int outputs;
  private long step;
  private int choices;

  /**
   * @param device what it runs on
   */
  Calls(LaunchList list, Arena arena, DeviceMemory memory, DeviceFacts device) {
    this.list = list;
    this.device = device;
    chosen = it -> Tile.of(it, device);
    arguments = new Arguments(arena);
    packed = memory.new Scratch();
    packedScales = memory.new Scratch();
    left = memory.new Scratch();
    leftScales = memory.new Scratch();
    panelsDone = memory.new Counters();
    partsDone = memory.new Counters();
  }

  /** The next step, of so many rows and outputs, padded. */
  void begin(StepMemory batch, int paddedRows, int paddedOutputs) {
    batchMemory = batch;
    rows = paddedRows;
    outputs = paddedOutputs;
    step++;
  }

  /** From the next step on. */
  void choose(Tile.Choice choice) {
    tiles.clear();
    choices++;
    chosen = it -> choice.of(it, device);
  }

  /** How often the way to choose changed so far. */
  int choices() {
    return choices;
  }

  /** Clears the list. */
  void clear() {
    list.clear();
    projections.clear();
  }

  /** The projections of the list, in order. */
  List<Projection> projections() {
    return projections;
  }

  StepMemory batch() {
    return Objects.requireNonNull(batchMemory, "step: not begun (expected: begin)");
  }

  /** Arguments that begin with the address of the batch's counts. */
  Arguments counts() {
    return arguments.begin().address(batch().counts());
  }

  void embed(DeviceTable table, float scale, DeviceRows out) {
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

  /** Makes rows ready for a projection. */
  Ready pack(Source source, DeviceLinear weight) {
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
    return new Ready(to, scales, format.steps(inputs), 0);
  }

  /**
   * A place for rows that a kernel other than {@code pack} leaves ready.
   *
   * @return {@link Ready#NONE} if the format's rows cannot be rounded piece by piece
   */
  Ready placeFor(DeviceLinear weight, DeviceRows like) {
    Format format = weight.format();
    int inputs = weight.inputs();
    if (format.leftAs() == 0) {
      return Ready.NONE;
    }
    return new Ready(
        left.atLeast(format.rowBytes(like.maxRows(), inputs)),
        leftScales.atLeast(format.rowScaleBytes(like.maxRows(), inputs)),
        format.steps(inputs),
        format.leftAs());
  }

  /**
   * What a projection reads.
   *
   * @param numbers address of the rows
   * @param scales address of their scales
   * @param outputs whether only those that have outputs are meant
   * @param norm what makes a lone row ready on the way; null if rows are
   */
  private record Input(long numbers, long scales, boolean outputs, @Nullable Source norm) {}

  /** A projection of rows that are not ready: they become so in it, or before. */
  void project(DeviceLinear weight, Source from, Finish finish) {
    int count = from.outputs() ? outputs : rows;
    Input in;
    if (from.mode() == KernelNumbers.NORMED
        && Projection.norms(weight.format(), count, weight.inputs())) {
      in = new Input(from.rows().address(), 0, from.outputs(), from);
    } else {
      Ready ready = pack(from, weight);
      in = new Input(ready.numbers(), ready.scales(), from.outputs(), null);
    }
    project(weight, in, finish);
  }

  /** A projection of the batch's rows, which are ready. */
  void project(DeviceLinear weight, Ready in, Finish finish) {
    project(weight, new Input(in.numbers(), in.scales(), false, null), finish);
  }

  private void project(DeviceLinear weight, Input in, Finish finish) {
    Format format = weight.format();
    int count = in.outputs ? outputs : rows;
    Source norm = in.norm;
    Projection projection =
        new Projection(
            format,
            count,
            weight.inputs(),
            weight.outputs(),
            finish.gate() != 0,
            norm != null,
            finish.heads() != null && finish.heads().fillClusters());
    Tile tile = tiles.computeIfAbsent(projection, chosen);
    projections.add(projection);
    Arguments wanted =
        counts()
            .address(weight.weights())
            .address(weight.scales())
            .address(weight.bias())
            .address(in.numbers)
            .address(in.scales)
            .address(finish.out())
            .address(finish.heads() == null ? 0 : arrivals(finish.heads()))
            .address(norm != null && in.outputs ? batch().outputRows() : 0)
            .address(norm == null ? 0 : norm.gain());
    finish.ready().write(wanted);
    if (finish.heads() == null) {
      HeadsWay.writeNone(wanted);
    } else {
      finish.heads().write(wanted);
    }
    list.add(
        tile.kernel(),
        tile.grid(count, weight.outputs()),
        wanted
            .number(format.steps(weight.inputs()))
            .number(weight.outputs())
            .number(finish.add() ? 1 : 0)
            .number(in.outputs ? 1 : 0)
            .number(weight.paired() ? 1 : 0)
            .number(finish.gate())
            .number(tile.stages())
            .number(weight.inputs())
            .number(weight.scale())
            .number(norm == null ? 0 : norm.epsilon())
            .block());
  }

  /** Where the finished panels of each head are counted, for each row of a tile. */
  private long arrivals(HeadsWay heads) {
    int rows = Math.ceilDiv(heads.qkv().maxRows(), Format.TILE) * Format.TILE;
    return panelsDone.atLeast(rows * heads.allHeads());
  }

  void normAdd(long from, DeviceNorm norm, DeviceRows sum) {
    list.add(
        Kernel.NORM_ADD,
        rows,
        1,
        counts()
            .address(from)
            .address(norm.gain())
            .address(sum.address())
            .number(norm.width())
            .number(norm.epsilon())
            .block());
  }

  void gate(DeviceRows in, Activation activation, DeviceRows out) {
    list.add(
        Kernel.GATE,
        rows,
        1,
        counts()
            .address(in.address())
            .address(out.address())
            .number(out.width())
            .number(activation == Activation.GELU_TANH ? 1 : 0)
            .block());
  }

  void storeKv(HeadsWay heads) {
    list.add(
        Kernel.STORE_KV, rows, Math.ceilDiv(heads.allHeads(), 4), heads.write(counts()).block());
  }

  /** The step's rotations; the first layer that wants them has them computed. */
  long rotations(DeviceRope rope) {
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

  /**
   * Attention; blocks merge rows that were cut.
   *
   * @param ready where results go; {@link Ready#NONE}: as they are, to the rows
   */
  void attend(Attended of, Ready ready) {
    HeadShape shape = of.layer().shape();
    int headBlocks = KernelNumbers.cut(shape, of.kv().type).headBlocks();
    int layer = of.layer().layer();
    Arguments wanted =
        counts()
            .address(batch().items())
            .address(batch().tables())
            .address(of.qkv().address())
            .address(of.kv().keys(layer))
            .address(of.kv().values(layer))
            .address(of.kv().keyScales(layer))
            .address(of.kv().valueScales(layer))
            .address(of.out().address())
            .address(of.scratch())
            .address(batch().splits())
            .address(partsDone.atLeast(batch().maxSequences() * headBlocks));
    list.add(
        KernelNumbers.attendKernel(shape, of.kv().type),
        Buckets.powerOfTwo(of.work().itemCount()),
        headBlocks,
        ready
            .write(wanted)
            .number(shape.heads())
            .number(shape.kvHeads())
            .number(shape.headDim())
            .number(of.kv().blockSize())
            .number(of.layer().rule().window())
            .number(KernelNumbers.kindOf(of.kv().type))
            .number(of.layer().rule().scale())
            .number(of.layer().rule().softCap())
            .block());
  }
}
