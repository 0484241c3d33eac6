package io.tokenlane.engine.kv;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Keeps prefixes apart: sequences share blocks only under equal salts, so that nobody can learn
 * from response times what others asked. A tenant that must not be guessed takes a secret salt.
 *
 * @param high its first 64 bits
 * @param low its last 64 bits
 */
public record CacheSalt(long high, long low) {
  /** That of all who name none. */
  public static final CacheSalt NONE = new CacheSalt(0, 0);

  /** The first half of the text's SHA-256; {@link #NONE} for the empty text. */
  public static CacheSalt of(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      ByteBuffer bytes = ByteBuffer.wrap(digest);
      return new CacheSalt(bytes.getLong(), bytes.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("SHA-256: missing, though every JDK has it", e);
    }
  }
}
