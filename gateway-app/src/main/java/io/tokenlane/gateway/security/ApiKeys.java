package io.tokenlane.gateway.security;

import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.QuickProof;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/**
 * API keys from a file. A changed file replaces all keys at once; one that cannot be understood
 * replaces none, and the log says why.
 */
final class ApiKeys implements Authenticator, QuickProof {
  private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);

  private final Path file;
  private final InstantSource clock;
  private volatile String read;
  private volatile KeyRing ring;

  /**
   * Reads the file for the first time.
   *
   * @throws IllegalArgumentException if it cannot be read or understood
   */
  ApiKeys(Path file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
    this.read = KeyFile.text(file);
    this.ring = new KeyRing(KeyFile.parse(file.toString(), read));
  }

  @Override
  public Mono<Principal> authenticate(ServerHttpRequest request) {
    return Mono.justOrEmpty(Credentials.apiKey(request.getHeaders())).flatMap(this::prove);
  }

  @Override
  public Optional<Principal> prove(Function<String, @Nullable String> fields) {
    return Credentials.apiKey(fields).flatMap(this::known);
  }

  @Override
  public boolean owns(String credential) {
    return ApiKey.isOne(credential) || ring.find(credential).isPresent();
  }

  private Optional<Principal> known(String key) {
    return ring.find(key).filter(entry -> entry.accepted(clock.instant())).map(ApiKey::principal);
  }

  private Mono<Principal> prove(String key) {
    return known(key)
        .map(Mono::just)
        .orElseGet(
            () ->
                Mono.error(
                    Credentials.refused(
                        "invalid_api_key", "The API key is unknown, expired or revoked.")));
  }

  /** Takes the file's keys where it has changed. */
  void reload() {
    try {
      String now = KeyFile.text(file);
      if (!now.equals(read)) {
        KeyRing next = new KeyRing(KeyFile.parse(file.toString(), now));
        read = now;
        ring = next;
        LOG.info("{}: {} keys taken over", file, next.size());
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("{}: the keys read before stay: {}", file, e.getMessage());
    } catch (RuntimeException e) {
      // Thrown on, it would end the looks at the file, and no revoked key would be noticed.
      LOG.error("{}: the keys read before stay", file, e);
    }
  }
}
