package io.tokenlane.gateway.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/** How the gateway knows its own prefetches: a header with a value that only this process knows. */
public final class PrefetchPass {
  /** The header; never sent upstream. */
  public static final String HEADER = "x-tokenlane-prefetch";

  private final String secret;
  private final Duration ttl;

  /** A pass whose prefetches are stored for {@code ttl}. */
  public PrefetchPass(Duration ttl) {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    this.secret = HexFormat.of().formatHex(random);
    this.ttl = ttl;
  }

  /** The header's value for this process's prefetches. */
  public String secret() {
    return secret;
  }

  /** Whether the request is a prefetch of this process. */
  public boolean isShownBy(HttpHeaders request) {
    String shown = request.getFirst(HEADER);
    return shown != null
        && MessageDigest.isEqual(
            shown.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
  }

  /** The ttl where the request is a prefetch of this process. */
  Optional<Duration> ttlOf(HttpHeaders request) {
    return isShownBy(request) ? Optional.of(ttl) : Optional.empty();
  }
}
