package io.tokenlane.gateway.prefetch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What is asked for, as logs and people without a login may see it: paths. Queries and contents are
 * marks that tell one from another, as long as this process runs.
 */
final class Shown {
  private static final int MARK_BYTES = 4;
  private static final byte[] SALT = new byte[16];

  static {
    new SecureRandom().nextBytes(SALT);
  }

  private Shown() {}

  /** A path with its query. */
  static String target(String target) {
    return parted(target, "");
  }

  /** As {@link Endpoint} reads it. */
  static String endpoint(String written) {
    Endpoint endpoint = Endpoint.parse(written);
    return endpoint.content().isEmpty()
        ? target(endpoint.target())
        : endpoint.method() + " " + parted(endpoint.target(), endpoint.content());
  }

  private static String parted(String target, String content) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    String rest = target.substring(path.length()) + content;
    return rest.isEmpty() ? path : path + "?" + mark(rest);
  }

  private static String mark(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(SALT);
      byte[] hash = digest.digest(text.getBytes(StandardCharsets.UTF_8));
      return "#" + HexFormat.of().formatHex(hash, 0, MARK_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }
}
