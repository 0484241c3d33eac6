package io.tokenlane.engine.backend.scalar;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.AttentionRule;
import io.tokenlane.engine.backend.Batch;
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

/** The oracle that other backends are held against. Weights are decoded, sums run upwards. */
final class ScalarBackend extends HostBackend {
  static final String NAME = "scalar";

  private static final Support SUPPORT =
      new Support(
          NAME,
          Map.of(
              Op.EMBED, EnumSet.allOf(DType.class),
              Op.PROJECT, EnumSet.allOf(DType.class),
              Op.VECTOR, EnumSet.allOf(DType.class)));

  /** What one call of {@link #attend} works on. */
  private record Attention(HostRows qkv, AttentionLayer layer, HostKvStore kv, HostRows out) {}

  private float[] weightRow = {};
  private float[] normed = {};
  private float[] projected = {};
  private float[] scores = {};

  ScalarBackend() {
    super(SUPPORT);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "plain float32 loops, 1 thread";
  }

  @Override
  public void embed(Linear table, float scale, Rows out) {
    HostLinear weight = HostLinear.of(table);
    HostRows rows = HostRows.of(out);
    for (int row = 0; row < batch().rows(); row++) {
      int at = row * rows.width();
      weight.part(0).decodeRow(batch().tokens[row], rows.values, at);
      for (int i = at; i < at + rows.width(); i++) {
        rows.values[i] *= scale;
      }
    }
  }

  @Override
  public void normProject(Rows in, Norm norm, Linear weight, Rows out) {
    for (int row = 0; row < batch().rows(); row++) {
      normRow(in, row, norm, row);
    }
    HostRows to = HostRows.of(out);
    project(normed, batch().rows(), HostLinear.of(weight), to.values, false);
  }

  @Override
  public void projectAdd(Rows in, Linear weight, Rows sum) {
    HostRows to = HostRows.of(sum);
    project(HostRows.of(in).values, batch().rows(), HostLinear.of(weight), to.values, true);
  }

  @Override
  public void projectNormAdd(Rows in, Linear weight, Norm norm, Rows sum) {
    int width = norm.width();
    projected = atLeast(projected, in.maxRows() * width);
    project(HostRows.of(in).values, batch().rows(), HostLinear.of(weight), projected, false);
    float[] to = HostRows.of(sum).values;
    for (int at = 0; at < batch().rows() * width; at += width) {
      ScalarMath.rmsNorm(HostNorm.of(norm), projected, at, projected, at);
      for (int i = at; i < at + width; i++) {
        to[i] += projected[i];
      }
    }
  }

  @Override
  public void logits(Rows in, Norm norm, Linear head, float[] logits) {
    for (int i = 0; i < batch().outputs(); i++) {
      normRow(in, batch().outputRows[i], norm, i);
    }
    project(normed, batch().outputs(), HostLinear.of(head), logits, false);
  }

  @Override
  public void storeKv(Rows qkv, AttentionLayer layer, KvStore kv) {
    HeadShape shape = layer.shape();
    HostRope rope = prepared(layer.rope());
    HostRows rows = HostRows.of(qkv);
    int dim = shape.headDim();
    for (int row = 0; row < batch().rows(); row++) {
      int at = row * rows.width();
      for (int head = 0; head < shape.heads() + shape.kvHeads(); head++) {
        Norm norm = head < shape.heads() ? layer.queryNorm() : layer.keyNorm();
        turn(rows.values, at + head * dim, row, norm, rope);
      }
      write(rows.values, at + shape.queryWidth(), layer, HostKvStore.of(kv), row);
    }
  }

  private void write(float[] values, int keys, AttentionLayer layer, HostKvStore kv, int row) {
    HeadShape shape = layer.shape();
    int slot = batch().slots[row];
    for (int head = 0; head < shape.kvHeads(); head++) {
      int key = keys + head * shape.headDim();
      kv.writeKey(layer.layer(), head, slot, values, key);
      kv.writeValue(layer.layer(), head, slot, values, key + shape.kvWidth());
    }
  }

  private static void turn(float[] values, int at, int row, @Nullable Norm norm, HostRope rope) {
    if (norm != null) {
      ScalarMath.rmsNorm(HostNorm.of(norm), values, at, values, at);
    }
    rope.rotate(values, at, row);
  }

  @Override
  public void attend(Rows qkv, AttentionLayer layer, KvStore kv, Rows out) {
    Attention attention =
        new Attention(HostRows.of(qkv), layer, HostKvStore.of(kv), HostRows.of(out));
    for (int row = 0; row < batch().rows(); row++) {
      for (int head = 0; head < layer.shape().heads(); head++) {
        attendHead(attention, row, head);
      }
    }
  }

  private void attendHead(Attention attention, int row, int head) {
    HostRows qkv = attention.qkv;
    HostKvStore kv = attention.kv;
    int layer = attention.layer.layer();
    HeadShape shape = attention.layer.shape();
    int dim = shape.headDim();
    int kvHead = head * shape.kvHeads() / shape.heads();
    AttentionRule rule = attention.layer.rule();
    int first = rule.first(batch().positions[row]);
    int count = batch().positions[row] + 1 - first;
    scores = atLeast(scores, count);
    int query = row * qkv.width() + head * dim;
    for (int position = first; position < first + count; position++) {
      long key = kv.keys(layer, block(row, position), kvHead);
      float sum = 0;
      for (int i = 0; i < dim; i++) {
        sum += qkv.values[query + i] * keyElement(kv, key, position, i);
      }
      scores[position - first] = ScalarMath.cap(sum * rule.scale(), rule.softCap());
    }
    ScalarMath.softmax(scores, count);
    for (int i = 0; i < dim; i++) {
      float sum = 0;
      for (int position = first; position < first + count; position++) {
        long value = kv.values(layer, block(row, position), kvHead);
        sum += scores[position - first] * valueElement(kv, value, position, i);
      }
      attention.out.values[row * attention.out.width() + head * dim + i] = sum;
    }
  }

  private int block(int row, int position) {
    Batch batch = batch();
    int table = batch.sequenceOfRow[row] * batch.maxBlocks();
    return batch.blockTables[table + position / batch.blockSize()];
  }

  private static float keyElement(HostKvStore kv, long begin, int position, int i) {
    int slot = position % kv.blockSize();
    return kv.read(begin, kv.keyOffset(slot, i), slot);
  }

  private static float valueElement(HostKvStore kv, long begin, int position, int i) {
    int slot = position % kv.blockSize();
    return kv.read(begin, kv.valueOffset(slot, i), slot);
  }

  @Override
  public void gate(Rows gateUp, Activation activation, Rows out) {
    HostRows in = HostRows.of(gateUp);
    HostRows to = HostRows.of(out);
    int width = to.width();
    for (int row = 0; row < batch().rows(); row++) {
      for (int i = 0; i < width; i++) {
        float gate = in.values[row * 2 * width + i];
        float up = in.values[row * 2 * width + width + i];
        to.values[row * width + i] = (float) activation.of(gate) * up;
      }
    }
  }

  private void normRow(Rows in, int from, Norm norm, int to) {
    int width = norm.width();
    normed = atLeast(normed, in.maxRows() * width);
    float[] values = HostRows.of(in).values;
    ScalarMath.rmsNorm(HostNorm.of(norm), values, from * width, normed, to * width);
  }

  private void project(float[] in, int rows, HostLinear weight, float[] out, boolean add) {
    int width = weight.inputs();
    weightRow = atLeast(weightRow, width);
    for (int part = 0; part < weight.parts(); part++) {
      for (int n = weight.firstRow(part); n < weight.firstRow(part + 1); n++) {
        weight.part(part).decodeRow(n - weight.firstRow(part), weightRow, 0);
        float bias = weight.bias().length == 0 ? 0 : weight.bias()[n];
        for (int row = 0; row < rows; row++) {
          float result = ScalarMath.dot(in, row * width, weightRow, 0, width) + bias;
          int at = row * weight.outputs() + n;
          out[at] = add ? out[at] + result : result;
        }
      }
    }
  }

  private static float[] atLeast(float[] scratch, int length) {
    return scratch.length >= length ? scratch : new float[length];
  }

  /** Nothing to free: the heap holds it all, and key-value stores are their owners'. */
  @Override
  public void close() {}
}
