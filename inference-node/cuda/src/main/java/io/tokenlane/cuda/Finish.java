package io.tokenlane.cuda;

import org.jspecify.annotations.Nullable;

/**
 * What a projection does with its outputs.
 *
 * @param out where they go, if not ready for the next projection
 * @param add whether to add them to what is there
 * @param gate how the first half gates the second, as {@code project.cu} counts; 0 not at all
 * @param ready where gated rows go instead, or rows of the next norm besides; {@link Ready#NONE}
 *     for nowhere
 * @param next a norm of what they are added to, if one is next
 * @param heads if they are heads that go on to the cache
 */
record Finish(
    long out,
    boolean add,
    int gate,
    Ready ready,
    @Nullable NextNorm next,
    @Nullable HeadsWay heads) {
  static Finish written(long out) {
    return new Finish(out, false, 0, Ready.NONE, null, null);
  }

  static Finish added(long out) {
    return new Finish(out, true, 0, Ready.NONE, null, null);
  }

  static Finish added(long out, Ready ready, NextNorm next) {
    return new Finish(out, true, 0, ready, next, null);
  }

  static Finish gated(int gate, Ready ready, long out) {
    return new Finish(out, false, gate, ready, null, null);
  }

  /** Whether rows for the next norm are left as bytes. */
  boolean leavesBytes() {
    return next != null && ready.format() == Format.INT8.leftAs();
  }

  static Finish heads(HeadsWay heads) {
    return new Finish(heads.qkv().address(), false, 0, Ready.NONE, null, heads);
  }
}
