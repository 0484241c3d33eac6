package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.backend.Op;
import io.tokenlane.engine.backend.Rows;
import io.tokenlane.engine.backend.Support;
import io.tokenlane.engine.backend.host.HostBackend;
import io.tokenlane.engine.backend.host.HostKvStore;
import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.backend.host.HostNorm;
import io.tokenlane.engine.backend.host.HostRope;
import io.tokenlane.engine.backend.host.HostRows;
import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.DType;
import java.util.EnumSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The CPU's vector units. Weights are decoded tile by tile and multiplied in float32; only Q8_0
 * weights are multiplied as bytes with inputs quantised the same way, block by block.
 */
final class VectorBackend extends HostBackend {
  static final String NAME = "vector";

  /** Work below so many multiplications is done before other threads would have woken. */
  private static final long WORTH_SHARING = 1 << 17;

  private static final Support SUPPORT =
      new Support(
          NAME,
          Map.of(
              Op.EMBED, EnumSet.allOf(DType.class),
              Op.PROJECT, EnumSet.allOf(DType.class),
              Op.VECTOR, EnumSet.allOf(DType.class)));

  private final Workers workers;
  private final ProjectWork projectWork;
  private final AttendWork attendWork;
  private final Elementwise elementwise = new Elementwise();
  private float[] normed = {};
  private float[] projected = {};

  VectorBackend(int threads) {
    super(SUPPORT);
    workers = new Workers(threads);
    projectWork = new ProjectWork(threads);
    attendWork = new AttendWork(threads);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "%d-bit vectors, %d threads".formatted(Lanes.FLOATS.vectorBitSize(), workers.threads());
  }

  @Override
  public void embed(Linear table, float scale, Rows out) {
    HostRows rows = HostRows.of(out);
    for (int row = 0; row < batch().rows(); row++) {
      int token = batch().tokens[row];
      Decode.row(HostLinear.of(table).part(0), token, rows.values, row * rows.width());
      if (scale != 1) {
        Elementwise.scale(rows.values, row * rows.width(), rows.width(), scale);
      }
    }
  }

  @Override
  public void normProject(Rows in, Norm norm, Linear weight, Rows out) {
    for (int row = 0; row < batch().rows(); row++) {
      normRow(in, row, norm, row);
    }
    project(normed, batch().rows(), weight, HostRows.of(out).values, false);
  }

  @Override
  public void projectAdd(Rows in, Linear weight, Rows sum) {
    project(HostRows.of(in).values, batch().rows(), weight, HostRows.of(sum).values, true);
  }

  @Override
  public void projectNormAdd(Rows in, Linear weight, Norm norm, Rows sum) {
    int width = norm.width();
    if (projected.length < in.maxRows() * width) {
      projected = new float[in.maxRows() * width];
    }
    project(HostRows.of(in).values, batch().rows(), weight, projected, false);
    float[] to = HostRows.of(sum).values;
    for (int at = 0; at < batch().rows() * width; at += width) {
      elementwise.rmsNorm(HostNorm.of(norm), projected, at, projected, at);
      Elementwise.add(projected, to, at, width);
    }
  }

  @Override
  public void logits(Rows in, Norm norm, Linear head, float[] logits) {
    for (int i = 0; i < batch().outputs(); i++) {
      normRow(in, batch().outputRows[i], norm, i);
    }
    project(normed, batch().outputs(), head, logits, false);
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
    rope.rotate(values, at, row);
  }

  @Override
  public void attend(Rows qkv, AttentionLayer layer, KvStore kv, Rows out) {
    attendWork.set(batch(), layer, HostRows.of(qkv), HostKvStore.of(kv), HostRows.of(out));
    run(attendWork, attendWork.size());
  }

  @Override
  public void gate(Rows gateUp, Activation activation, Rows out) {
    HostRows from = HostRows.of(gateUp);
    HostRows to = HostRows.of(out);
    for (int row = 0; row < batch().rows(); row++) {
      int at = row * to.width();
      switch (activation) {
        case SILU -> Elementwise.swiGlu(from.values, 2 * at, to.values, at, to.width());
        case GELU_TANH -> Elementwise.geGlu(from.values, 2 * at, to.values, at, to.width());
      }
    }
  }

  private void normRow(Rows in, int from, Norm norm, int to) {
    int width = norm.width();
    if (normed.length < in.maxRows() * width) {
      normed = new float[in.maxRows() * width];
    }
    float[] values = HostRows.of(in).values;
    elementwise.rmsNorm(HostNorm.of(norm), values, from * width, normed, to * width);
  }

  private void project(float[] in, int rows, Linear weight, float[] out, boolean add) {
    projectWork.set(HostLinear.of(weight), in, rows, out, add);
    run(projectWork, projectWork.size());
  }

  private void run(Workers.Work work, long size) {
    if (size < WORTH_SHARING) {
      work.run(0, 1);
    } else {
      workers.run(work);
    }
  }

  /** Stops its threads; key-value stores are closed by their owners. */
  @Override
  public void close() {
    workers.close();
  }
}
