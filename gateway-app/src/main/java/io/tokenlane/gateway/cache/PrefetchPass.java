package io.tokenlane.gateway.cache;

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

  /** The ttl where the request is a prefetch of this process. */
  Optional<Duration> ttlOf(HttpHeaders request) {
    return secret.equals(request.getFirst(HEADER)) ? Optional.of(ttl) : Optional.empty();
  }
}
