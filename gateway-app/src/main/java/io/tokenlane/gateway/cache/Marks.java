package io.tokenlane.gateway.cache;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The random texts that a stored value must begin with to be current; one that is not there is
 * empty. Whatever it stands for is forgotten by giving it another.
 */
record Marks(List<byte[]> each) {
  static final int BYTES = 16;

  /** Another than any before. */
  static String next() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, BYTES);
  }

  private int bytes() {
    return each.size() * BYTES;
  }

  private boolean whole() {
    return each.stream().allMatch(mark -> mark.length == BYTES);
  }

  /** What follows the marks, where the value begins with them. */
  Optional<ByteBuffer> behind(byte[] value) {
    if (!whole() || value.length <= bytes()) {
      return Optional.empty();
    }
    for (int i = 0; i < each.size(); i++) {
      if (!Arrays.equals(value, i * BYTES, (i + 1) * BYTES, each.get(i), 0, BYTES)) {
        return Optional.empty();
      }
    }
    return Optional.of(behindAny(value));
  }

  /** What follows the marks, whether the value is current or not. */
  ByteBuffer behindAny(byte[] value) {
    int from = Math.min(bytes(), value.length);
    return ByteBuffer.wrap(value, from, value.length - from);
  }
}
