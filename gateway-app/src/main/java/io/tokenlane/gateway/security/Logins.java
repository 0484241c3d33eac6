package io.tokenlane.gateway.security;

import io.tokenlane.gateway.call.Principal;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Proves people by a credential they typed in: an API key or a web token of this gateway's. */
public final class Logins {
  private final List<Authenticator> ways;

  Logins(List<Authenticator> ways) {
    this.ways = ways.stream().filter(Authenticator::inFields).toList();
  }

  /** Whether there is any credential that would be accepted. */
  public boolean possible() {
    return !ways.isEmpty();
  }

  /**
   * Who has this credential; empty, or an {@link io.tokenlane.gateway.error.ApiException}, where it
   * is not accepted.
   *
   * @param request the one it came with; its own credentials do not count
   */
  public Mono<Principal> prove(ServerHttpRequest request, String credential) {
    ServerHttpRequest asked =
        request
            .mutate()
            .headers(
                fields -> {
                  Credentials.remove(fields);
                  fields.set(HttpHeaders.AUTHORIZATION, "Bearer " + credential);
                })
            .build();
    return Flux.fromIterable(ways).concatMap(way -> way.authenticate(asked)).next();
  }
}
