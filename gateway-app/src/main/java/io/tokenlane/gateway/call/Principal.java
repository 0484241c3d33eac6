package io.tokenlane.gateway.call;

import java.util.Set;

/**
 * Who asks, as the gateway has proved it.
 *
 * @param id names the credential in limits and logs, never the credential itself; such as {@code
 *     key:3f9a1c2b7d60}, {@code jwt:alice} or {@code cert:orders.example}
 * @param tenant whose answers, templates, prefixes and limits the request shares
 * @param roles what it may do beside asking; {@code admin} changes the gateway
 */
public record Principal(String id, String tenant, Set<String> roles) {

  /** Copies {@code roles}. */
  public Principal {
    roles = Set.copyOf(roles);
  }
}
