package io.tokenlane.gateway.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The keys that are known. Immutable. */
final class KeyRing {
  /** How many digits of a hash find its entry; the rest is compared in constant time. */
  private static final int PREFIX_DIGITS = 16;

  private final Map<String, ApiKey> byPrefix;

  /**
   * Takes the keys.
   *
   * @throws IllegalArgumentException if the hashes of two begin alike, as none of two keys do
   */
  KeyRing(Collection<ApiKey> keys) {
    this.byPrefix =
        keys.stream()
            .collect(Collectors.toUnmodifiableMap(k -> prefix(k.sha256()), k -> k, KeyRing::alike));
  }

  private static ApiKey alike(ApiKey one, ApiKey other) {
    throw new IllegalArgumentException(
        "keys: sha256 of "
            + one.id()
            + " and "
            + other.id()
            + " begin alike (expected: the hashes of two keys)");
  }

  private static String prefix(String hash) {
    return hash.substring(0, PREFIX_DIGITS);
  }

  /** The entry of {@code key}, expired and revoked ones too. */
  Optional<ApiKey> find(String key) {
    String hash = ApiKey.hash(key);
    return Optional.ofNullable(byPrefix.get(prefix(hash)))
        .filter(entry -> MessageDigest.isEqual(bytes(entry.sha256()), bytes(hash)));
  }

  private static byte[] bytes(String hash) {
    return hash.getBytes(StandardCharsets.US_ASCII);
  }

  int size() {
    return byPrefix.size();
  }
}
