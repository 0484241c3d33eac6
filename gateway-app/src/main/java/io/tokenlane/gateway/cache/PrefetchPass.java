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

  private static final String PREDICTED = ";predicted";

  private final String secret;
  private volatile Duration ttl;

  /** A pass whose prefetches are stored for {@code ttl}. */
  public PrefetchPass(Duration ttl) {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    this.secret = HexFormat.of().formatHex(random);
    this.ttl = ttl;
  }

  /** Prefetches are stored for this long from now on. */
  public void storesFor(Duration next) {
    ttl = next;
  }

  /** The header's value for this process's prefetches. */
  public String secret() {
    return secret;
  }

  /** The header's value where nobody has planned the prefetch: the origin's word alone counts. */
  public String forPredicted() {
    return secret + PREDICTED;
  }

  /** Whether the request is a prefetch of this process. */
  public boolean isShownBy(HttpHeaders request) {
    return shows(request, secret) || isPredicted(request);
  }

  /** Whether the request is one that was foreseen rather than planned. */
  boolean isPredicted(HttpHeaders request) {
    return shows(request, forPredicted());
  }

  private static boolean shows(HttpHeaders request, String value) {
    String shown = request.getFirst(HEADER);
    return shown != null
        && MessageDigest.isEqual(
            shown.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
  }

  /** The ttl where the request is a planned prefetch of this process. */
  Optional<Duration> ttlOf(HttpHeaders request) {
    return shows(request, secret) ? Optional.of(ttl) : Optional.empty();
  }
}
