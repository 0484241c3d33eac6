package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.backend.Op;
import io.tokenlane.engine.backend.Rows;
import io.tokenlane.engine.backend.Support;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.backend.host.HostBackend;
import io.tokenlane.engine.backend.host.HostKvStore;
import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.backend.host.HostNorm;
import io.tokenlane.engine.backend.host.HostRope;
import io.tokenlane.engine.backend.host.HostRows;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.vector.Projector.Input;
import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The CPU's vector units. Weights in floats are decoded tile by tile and multiplied in float32.
 * Weights in blocks of integers, and all weights if so configured, are packed as bytes when they
 * are loaded and multiplied with inputs that are quantised step by step.
 */
final class VectorBackend extends HostBackend {
  static final String NAME = "vector";

  /** Work below so many multiplications is done before other threads would have joined. */
  private static final long WORTH_SHARING = 1 << 18;

  private static final int WORTH_SHARING_VALUES = 1 << 15;

  private static final Support SUPPORT =
      new Support(
          NAME,
          Map.of(
              Op.EMBED, EnumSet.allOf(DType.class),
              Op.PROJECT, EnumSet.allOf(DType.class),
              Op.VECTOR, EnumSet.allOf(DType.class)));

  private final Workers workers;
  private final Int8Kernels.Choice kernels;
  private final boolean int8;
  private final Projector projector;
  private final AttendWork attendWork;
  private final GateWork gateWork;
  private final Elementwise elementwise = new Elementwise();
  private final Input input = new Input();
  private final Arena arena = Arena.ofShared();
  private float[] projected = {};

  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the backend
  VectorBackend(BackendOptions options, Int8Kernels.Choice kernels) {
    super(SUPPORT);
    this.kernels = kernels;
    int8 = options.weights() == WeightFormat.INT8;
    workers = new Workers(options.threads());
    projector = new Projector(workers, kernels.kernels());
    boolean assembled = HeadKernels.assembled();
    attendWork = new AttendWork(options.threads(), assembled);
    gateWork = new GateWork(options.threads(), assembled);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "%d-bit vectors, %s, %s, %d threads"
        .formatted(
            Lanes.FLOATS.vectorBitSize(),
            kernels.description(),
            HeadKernels.description(),
            workers.threads());
  }

  @Override
  protected Linear keep(HostLinear plain) {
    boolean packed = int8;
    for (int i = 0; i < plain.parts(); i++) {
      packed |= Int8Matrix.isNatural(plain.part(i).dtype());
    }
    if (!packed) {
      return plain;
    }
    Int8Matrix matrix = Int8Matrix.pack(plain, arena);
    plain.release();
    return matrix;
  }

  /** The packed head where that has the same values; the file's pages are then never read again. */
  @Override
  public Linear table(Tensor table, Linear head) {
    boolean same = head instanceof Int8Matrix && Int8Matrix.isExact(table.dtype());
    return same ? head : table(table);
  }

  @Override
  public void embed(Linear table, float scale, Rows out) {
    HostRows rows = HostRows.of(out);
    for (int row = 0; row < batch().rows(); row++) {
      int token = batch().tokens[row];
      if (table instanceof Int8Matrix packed) {
        packed.decode(token, rows.values, row * rows.width());
      } else {
        Decode.row(HostLinear.of(table).part(0), token, rows.values, row * rows.width());
      }
      if (scale != 1) {
        Elementwise.scale(rows.values, row * rows.width(), rows.width(), scale);
      }
    }
  }

  @Override
  public void normProject(Rows in, Norm norm, Linear weight, Rows out) {
    projector.project(all(in, HostNorm.of(norm)), weight, HostRows.of(out).values, false);
  }

  @Override
  public void normProjectFrom(Rows in, Norm norm, Linear weight, int first, Rows out) {
    projector.projectFrom(all(in, HostNorm.of(norm)), weight, first, HostRows.of(out).values);
  }

  @Override
  public void projectAdd(Rows in, Linear weight, Rows sum) {
    projector.project(all(in, null), weight, HostRows.of(sum).values, true);
  }

  @Override
  public void projectNormAdd(Rows in, Linear weight, Norm norm, Rows sum) {
    int width = norm.width();
    if (projected.length < in.maxRows() * width) {
      projected = new float[in.maxRows() * width];
    }
    projector.project(all(in, null), weight, projected, false);
    float[] to = HostRows.of(sum).values;
    for (int at = 0; at < batch().rows() * width; at += width) {
      elementwise.rmsNorm(HostNorm.of(norm), projected, at, projected, at);
      Elementwise.add(projected, to, at, width);
    }
  }

  @Override
  public void logits(Rows in, Norm norm, Linear head, float[] logits) {
    Input outputs =
        input.set(HostRows.of(in), HostNorm.of(norm), batch().outputs(), batch().outputRows);
    projector.project(outputs, head, logits, false);
  }

  private Input all(Rows in, @Nullable HostNorm norm) {
    return input.set(HostRows.of(in), norm, batch().rows(), null);
  }

  @Override
  public void storeKv(Rows qkv, AttentionLayer layer, KvStore kv) {
    HostRope rope = prepared(layer.rope());
    HostRows rows = HostRows.of(qkv);
    for (int row = 0; row < batch().rows(); row++) {
      storeRow(rows, layer, HostKvStore.of(kv), rope, row);
    }
  }

  private void storeRow(
      HostRows rows, AttentionLayer layer, HostKvStore kv, HostRope rope, int row) {
    HeadShape shape = layer.shape();
    int dim = shape.headDim();
    int at = row * rows.width();
    for (int head = 0; head < shape.heads(); head++) {
      turn(rows.values, at + head * dim, row, layer.queryNorm(), rope);
    }
    int slot = batch().slots[row];
    for (int head = 0; head < shape.kvHeads(); head++) {
      int key = at + shape.queryWidth() + head * dim;
      int value = key + shape.kvWidth();
      turn(rows.values, key, row, layer.keyNorm(), rope);
      kv.writeKey(layer.layer(), head, slot, rows.values, key);
      kv.writeValue(layer.layer(), head, slot, rows.values, value);
    }
  }

  private void turn(float[] values, int at, int row, @Nullable Norm norm, HostRope rope) {
    if (norm != null) {
      elementwise.rmsNorm(HostNorm.of(norm), values, at, values, at);
    }
    Elementwise.rotate(rope, values, at, row);
  }

  @Override
  public void attend(Rows qkv, AttentionLayer layer, KvStore kv, Rows out) {
    attendWork.set(batch(), layer, HostRows.of(qkv), HostKvStore.of(kv), HostRows.of(out));
    run(attendWork, attendWork.chunks(), attendWork.size() >= WORTH_SHARING);
  }

  @Override
  public void gate(Rows gateUp, Activation activation, Rows out) {
    gateWork.set(HostRows.of(gateUp), activation, HostRows.of(out));
    run(gateWork, batch().rows(), batch().rows() * out.width() >= WORTH_SHARING_VALUES);
  }

  private void run(Workers.Work work, int chunks, boolean shared) {
    if (shared) {
      workers.run(work, chunks);
    } else {
      Workers.runAlone(work, chunks);
    }
  }

  /** Stops its threads and frees packed weights; key-value stores are closed by their owners. */
  @Override
  public void close() {
    workers.close();
    arena.close();
  }
}
