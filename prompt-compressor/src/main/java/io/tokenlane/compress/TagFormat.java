package io.tokenlane.compress;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a {@link StyleTag}: for each applied rule in order its code, the length of its
 * parameters, and these.
 */
final class TagFormat {
  private TagFormat() {}

  /** A rule that was applied and what undoing it needs. */
  @SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
  record Applied(Rule rule, byte[] parameters) {}

  static StyleTag write(List<Applied> all) {
    ByteBuffer out = ByteBuffer.allocate(StyleTag.MAX_BYTES);
    for (Applied applied : all) {
      out.put((byte) applied.rule().code());
      out.put((byte) applied.parameters().length);
      out.put(applied.parameters());
    }
    return new StyleTag(Arrays.copyOf(out.array(), out.position()));
  }

  /**
   * @throws java.nio.BufferUnderflowException or {@link IndexOutOfBoundsException} if the bytes are
   *     no tag
   */
  static List<Applied> read(StyleTag tag) {
    ByteBuffer in = ByteBuffer.wrap(tag.bytes());
    List<Applied> all = new ArrayList<>();
    while (in.hasRemaining()) {
      Rule rule = Rule.ofCode(in.get() & 0xff);
      byte[] parameters = new byte[Math.min(in.get() & 0xff, StyleTag.MAX_BYTES)];
      in.get(parameters);
      all.add(new Applied(rule, parameters));
    }
    return all;
  }
}
