package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.Batch;
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
import io.tokenlane.engine.tensor.Tensor;
import java.util.List;

/** Handles of the CPU backends; the operations are theirs. */
public abstract class HostBackend implements Backend {
  private final Support support;
  private Batch batch = new Batch(1, 1, 1, 1);
  private long step;

  /**
   * @param support what the operations read
   */
  protected HostBackend(Support support) {
    this.support = support;
  }

  /** The batch of this step. */
  protected final Batch batch() {
    return batch;
  }

  /** The rotary embedding, ready for this step's rows. */
  protected final HostRope prepared(Rope rope) {
    HostRope host = HostRope.of(rope);
    host.prepare(batch, step);
    return host;
  }

  @Override
  public final Support support() {
    return support;
  }

  @Override
  public final Linear linear(List<Tensor> parts, List<Tensor> biases) {
    parts.forEach(part -> support.check(Op.PROJECT, part));
    biases.forEach(bias -> support.check(Op.VECTOR, bias));
    return keep(new HostLinear(parts, biases));
  }

  /** How this backend keeps a matrix that is applied to rows: in place unless overridden. */
  protected Linear keep(HostLinear plain) {
    return plain;
  }

  @Override
  public final Linear table(Tensor table) {
    support.check(Op.EMBED, table);
    return new HostLinear(List.of(table), List.of());
  }

  @Override
  public final Norm norm(Tensor gain, float epsilon) {
    support.check(Op.VECTOR, gain);
    return new HostNorm(gain, epsilon);
  }

  @Override
  public final Rope rope(RopeSpec spec) {
    return new HostRope(spec);
  }

  @Override
  public final Rows rows(int maxRows, int width) {
    return new HostRows(maxRows, width);
  }

  @Override
  public final KvStore kvStore(
      int layers, HeadShape shape, int blocks, int blockSize, KvType type) {
    if (type == KvType.FLOAT16) {
      throw new IllegalArgumentException(
          "KV cache type: float16 (expected: float32 or int8 on the %s backend)".formatted(name()));
    }
    return new HostKvStore(layers, shape, blocks, blockSize, type);
  }

  @Override
  public final void begin(Batch next) {
    batch = next;
    step++;
  }

  @Override
  public final boolean gathers() {
    return true;
  }

  @Override
  public final void gather(Rows from, int[] picked, int count, Rows to, int at) {
    int width = from.width();
    float[] source = HostRows.of(from).values;
    float[] target = HostRows.of(to).values;
    for (int i = 0; i < count; i++) {
      System.arraycopy(source, picked[i] * width, target, (at + i) * width, width);
    }
  }

  @Override
  public final void read(Rows rows, int row, float[] values) {
    System.arraycopy(HostRows.of(rows).values, row * rows.width(), values, 0, rows.width());
  }
}
