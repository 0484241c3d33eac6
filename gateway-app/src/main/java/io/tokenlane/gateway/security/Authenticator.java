package io.tokenlane.gateway.security;

import io.tokenlane.gateway.call.Principal;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/** One way to prove who asks. Thread-safe, never blocks. */
@FunctionalInterface
interface Authenticator {
  /**
   * Proves who asks: empty where the request has no credential of this kind; an {@link
   * io.tokenlane.gateway.error.ApiException} of status 401 where it has one that is refused.
   */
  Mono<Principal> authenticate(ServerHttpRequest request);

  /**
   * Whether a value is a credential of this gateway's, accepted or not, for all that can be seen
   * without asking anybody.
   */
  default boolean owns(String credential) {
    return false;
  }

  /** Whether upstreams may see such a credential where they are to see those of clients. */
  default boolean mayGoOn() {
    return false;
  }

  /** Whether the credential stands in the request's fields, which upstreams must not see. */
  default boolean inFields() {
    return true;
  }
}
