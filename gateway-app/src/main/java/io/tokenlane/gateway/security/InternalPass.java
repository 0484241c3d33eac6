package io.tokenlane.gateway.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenlane.gateway.call.Principal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/**
 * How the gateway's own requests to itself come in as the person they are made for: a value that
 * only this process knows, good for one request within seconds.
 */
public final class InternalPass implements Authenticator {
  /** The header; never sent upstream. */
  public static final String HEADER = "x-tokenlane-pass";

  private static final int BYTES = 24;
  private static final Duration GOOD_FOR = Duration.ofSeconds(10);

  private final SecureRandom random = new SecureRandom();
  private final Cache<String, Principal> issued =
      Caffeine.newBuilder().expireAfterWrite(GOOD_FOR).maximumSize(10_000).build();

  /** A value for one request of this person's. */
  public String issue(Principal who) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String pass = HexFormat.of().formatHex(bytes);
    issued.put(pass, who);
    return pass;
  }

  @Override
  public Mono<Principal> authenticate(ServerHttpRequest request) {
    String shown = request.getHeaders().getFirst(HEADER);
    return shown == null ? Mono.empty() : Mono.justOrEmpty(taken(shown));
  }

  private @Nullable Principal taken(String pass) {
    return issued.asMap().remove(pass);
  }
}
