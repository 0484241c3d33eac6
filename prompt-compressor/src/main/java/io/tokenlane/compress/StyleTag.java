package io.tokenlane.compress;

import java.util.HexFormat;

/**
 * What the visible text does not tell but restoring needs, at most {@link #MAX_BYTES} bytes; empty
 * where nothing was changed. Meaningful only together with the visible text and the version of this
 * library that made it.
 */
public final class StyleTag {
  public static final int MAX_BYTES = 32;

  /** The tag of a text that came through unchanged. */
  public static final StyleTag NONE = new StyleTag(new byte[0]);

  private final byte[] bytes;

  StyleTag(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "style tag: " + bytes.length + " bytes (expected: <= " + MAX_BYTES + ")");
    }
    this.bytes = bytes.clone();
  }

  /**
   * @param hex as {@link #toString} writes it
   * @throws IllegalArgumentException if it is not hexadecimal or too long
   */
  public static StyleTag parse(String hex) {
    return new StyleTag(HexFormat.of().parseHex(hex));
  }

  byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StyleTag tag && toString().equals(tag.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** Lower-case hexadecimal. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
