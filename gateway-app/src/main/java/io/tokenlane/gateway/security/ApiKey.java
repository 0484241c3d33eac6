package io.tokenlane.gateway.security;

import io.tokenlane.gateway.call.Principal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the key file. The key itself is nowhere: it has 256 random bits, so that one round
 * of SHA-256 cannot be turned round, and needs no salt.
 *
 * @param id names the key in limits and logs
 * @param sha256 of the whole key, 64 lower-case hex digits
 * @param expires when it ends to be accepted; null: never
 * @param revoked whether it is refused already
 */
record ApiKey(
    String id,
    String sha256,
    String tenant,
    Set<String> roles,
    @Nullable Instant expires,
    boolean revoked) {
  private static final String PREFIX = "tlk_";
  private static final int ID_BYTES = 6;
  private static final int SECRET_BYTES = 32;

  /** A new key, which is shown once, and its entry. */
  record Minted(String key, ApiKey entry) {}

  ApiKey {
    roles = Set.copyOf(roles);
  }

  static Minted mint(String tenant, Set<String> roles, @Nullable Instant expires) {
    String id = random(ID_BYTES);
    String key = PREFIX + id + "_" + random(SECRET_BYTES);
    return new Minted(key, new ApiKey(id, hash(key), tenant, roles, expires, false));
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Whether a text has the form of a key, which no other server takes. */
  static boolean isOne(String text) {
    return text.startsWith(PREFIX);
  }

  static String hash(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  boolean accepted(Instant now) {
    return !revoked && (expires == null || now.isBefore(expires));
  }

  ApiKey asRevoked() {
    return new ApiKey(id, sha256, tenant, roles, expires, true);
  }

  Principal principal() {
    return new Principal("key:" + id, tenant, roles);
  }
}
