package io.tokenlane.cuda;

import org.jspecify.annotations.Nullable;

/**
 * What a projection does with its outputs.
 *
 * @param out where they go, if not ready for the next projection
 * @param add whether to add them to what is there
 * @param gate how the first half gates the second, as {@code project.cu} counts; 0 not at all
 * @param ready where gated rows go instead; {@link Ready#NONE} for nowhere
 * @param heads if they are heads that go on to the cache
 */
record Finish(long out, boolean add, int gate, Ready ready, @Nullable HeadsWay heads) {
  static Finish written(long out) {
    return new Finish(out, false, 0, Ready.NONE, null);
  }

  static Finish added(long out) {
    return new Finish(out, true, 0, Ready.NONE, null);
  }

  static Finish gated(int gate, Ready ready, long out) {
    return new Finish(out, false, gate, ready, null);
  }

  static Finish heads(HeadsWay heads) {
    return new Finish(heads.qkv().address(), false, 0, Ready.NONE, heads);
  }
}
