package io.tokenlane.compress;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a {@link StyleTag}: for each applied rule in order its code, the length of its
 * parameters, and these; then a checksum of all that and of the original text. The checksum finds
 * accidents and crude forgeries; it is no signature.
 */
final class TagFormat {
  private static final int CHECKSUM = Integer.BYTES;

  private TagFormat() {}

  /** A rule that was applied and what undoing it needs. */
  @SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
  record Applied(Rule rule, byte[] parameters) {}

  /** Whether a rule without parameters fits in, and one more that names. */
  static boolean hasRoom(List<Applied> all) {
    int used = all.stream().mapToInt(applied -> 2 + applied.parameters().length).sum();
    return used + 4 + CHECKSUM <= StyleTag.MAX_BYTES;
  }

  static StyleTag write(List<Applied> all, String original) {
    if (all.isEmpty()) {
      return StyleTag.NONE;
    }
    ByteBuffer out = ByteBuffer.allocate(StyleTag.MAX_BYTES);
    for (Applied applied : all) {
      out.put((byte) applied.rule().code());
      out.put((byte) applied.parameters().length);
      out.put(applied.parameters());
    }
    out.putInt(checksum(out.array(), out.position(), original));
    return new StyleTag(Arrays.copyOf(out.array(), out.position()));
  }

  /**
   * @throws java.nio.BufferUnderflowException or {@link IndexOutOfBoundsException} if the bytes are
   *     no tag
   */
  static List<Applied> read(StyleTag tag) {
    byte[] bytes = tag.bytes();
    List<Applied> all = new ArrayList<>();
    if (bytes.length == 0) {
      return all;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, Math.max(0, bytes.length - CHECKSUM));
    while (in.hasRemaining() || all.isEmpty()) {
      Rule rule = Rule.ofCode(in.get() & 0xff);
      byte[] parameters = new byte[Math.min(in.get() & 0xff, StyleTag.MAX_BYTES)];
      in.get(parameters);
      all.add(new Applied(rule, parameters));
    }
    return all;
  }

  /** Whether the rule was applied, by a tag known to be readable. */
  static boolean names(StyleTag tag, Rule rule) {
    return read(tag).stream().anyMatch(applied -> applied.rule() == rule);
  }

  /** Whether the tag, known to be readable, was made for this original text. */
  static boolean matches(StyleTag tag, String original) {
    byte[] bytes = tag.bytes();
    int end = bytes.length - CHECKSUM;
    return bytes.length == 0
        || ByteBuffer.wrap(bytes).getInt(end) == checksum(bytes, end, original);
  }

  private static int checksum(byte[] tag, int length, String original) {
    CRC32C checksum = new CRC32C();
    checksum.update(tag, 0, length);
    ByteBuffer characters = ByteBuffer.allocate(2 * original.length());
    characters.asCharBuffer().put(original);
    checksum.update(characters);
    return (int) checksum.getValue();
  }
}
