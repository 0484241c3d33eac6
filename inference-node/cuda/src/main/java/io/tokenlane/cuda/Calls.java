package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.Handles.DeviceNorm;
import io.tokenlane.cuda.Handles.DeviceRope;
import io.tokenlane.cuda.Handles.DeviceRows;
import io.tokenlane.cuda.Handles.DeviceTable;
import io.tokenlane.cuda.Pending.Attended;
import io.tokenlane.cuda.Pending.Projected;
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
  private final RowPlaces places;
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
    places = new RowPlaces(memory);
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

  /** Where rows that are made ready go. */
  RowPlaces places() {
    return places;
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
    return pack(source, weight, 0);
  }

  /**
   * The same.
   *
   * @param squares where sums of squares go, for a norm's factor that is to come behind the
   *     projection; 0 if it is to come now
   */
  private Ready pack(Source source, DeviceLinear weight, long squares) {
    Format format = weight.format();
    int inputs = weight.inputs();
    Ready to = places.packed(weight, source.rows());
    list.add(
        format.pack(),
        source.outputs() ? outputs : rows,
        1,
        counts()
            .address(source.outputs() ? batch().outputRows() : 0)
            .address(source.rows().address())
            .address(source.gain())
            .address(to.numbers())
            .address(to.scales())
            .address(squares)
            .number(inputs)
            .number(format.steps(inputs))
            .number(source.mode())
            .number(source.outputs() ? 1 : 0)
            .number(source.epsilon())
            .block());
    return to;
  }

  /**
   * What a projection reads.
   *
   * @param numbers address of the rows
   * @param scales address of their scales
   * @param outputs whether only those that have outputs are meant
   * @param squares of rows whose norm's factor is to come; 0 if none is
   * @param epsilon of that norm
   * @param norm what makes a lone row ready on the way; null if rows are
   */
  private record Input(
      long numbers,
      long scales,
      boolean outputs,
      long squares,
      float epsilon,
      @Nullable Source norm) {

    private static Input of(Ready ready, boolean outputs, long squares, float epsilon) {
      return new Input(ready.numbers(), ready.scales(), outputs, squares, epsilon, null);
    }
  }

  /** A projection of rows that were left ready, or become so in it, or before. */
  void project(Projected of, Finish finish) {
    project(of.weight(), input(of), finish);
  }

  private Input input(Projected of) {
    Left left = of.left();
    Source from = of.source();
    if (left != null) {
      return Input.of(left.ready(), false, left.squares(), left.epsilon());
    }
    DeviceLinear weight = of.weight();
    int count = from.outputs() ? outputs : rows;
    if (Projection.norms(weight.format(), count, weight.inputs())) {
      return new Input(from.rows().address(), 0, from.outputs(), 0, from.epsilon(), from);
    }
    long sums = weight.format().takesFactors() ? places.squares(from.rows(), weight.inputs()) : 0;
    return Input.of(pack(from, weight, sums), from.outputs(), sums, from.epsilon());
  }

  /** A projection of the batch's rows, which are ready. */
  void project(DeviceLinear weight, Ready in, Finish finish) {
    project(weight, Input.of(in, false, 0, 0), finish);
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
            finish.heads() != null && finish.heads().fillClusters(),
            finish.leavesBytes());
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
            .address(in.squares)
            .address(norm != null && in.outputs ? batch().outputRows() : 0)
            .address(norm == null ? 0 : norm.gain())
            .address(finish.next() == null ? 0 : finish.next().gain())
            .address(finish.next() == null ? 0 : finish.next().squares());
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
            .number(in.epsilon)
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
