package io.tokenlane.engine.token;

/**
 * What becomes of a character that no token covers.
 *
 * @param bytes whether it becomes the tokens of its UTF-8 bytes, where there is one for each
 * @param id the token that it becomes otherwise; -1 for none, so that it is dropped
 * @param fused whether neighbours become one such token
 */
public record Unknown(boolean bytes, int id, boolean fused) {
  /** Always its bytes. */
  public static final Unknown BYTES = new Unknown(true, -1, false);

  /**
   * Ids of the tokens of bytes, {@code <0x00>} to {@code <0xFF>}; -1 for a byte without.
   *
   * @throws TokenizerException if a byte has no token and nothing else covers it
   */
  int[] byteIds(Vocabulary vocabulary) {
    int[] ids = new int[256];
    for (int b = 0; b < 256; b++) {
      String token = "<0x%02X>".formatted(b);
      ids[b] = bytes ? vocabulary.find(token) : -1;
      if (bytes && ids[b] < 0 && id < 0) {
        throw new TokenizerException(
            "vocabulary: no token " + token + " (expected: one for each of 256 bytes)");
      }
    }
    return ids;
  }
}
