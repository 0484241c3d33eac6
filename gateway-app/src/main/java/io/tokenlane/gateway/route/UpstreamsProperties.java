package io.tokenlane.gateway.route;

import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.upstreams}: which addresses the gateway connects to for nodes and routes,
 * however their names are resolved. Names and addresses themselves come from the configuration
 * only.
 *
 * @param allowed {@code public}, {@code private} (RFC 1918, RFC 4193, RFC 6598), {@code loopback},
 *     {@code link-local} (where clouds keep their metadata), addresses or ranges; all others are
 *     refused; default public, private, loopback
 */
public record UpstreamsProperties(
    @DefaultValue({"public", "private", "loopback"}) List<String> allowed) {

  /** Checks each entry. */
  public UpstreamsProperties {
    allowed = List.copyOf(allowed);
    allowed.forEach(AllowedAddresses::parse);
  }
}
