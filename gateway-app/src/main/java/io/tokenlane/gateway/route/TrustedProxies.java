package io.tokenlane.gateway.route;

import java.net.InetAddress;
import java.util.List;

/**
 * Who is believed what it says of clients: {@code tokenlane.http.trusted_proxies}, as it is now.
 */
public final class TrustedProxies {
  private volatile List<AddressRange> ranges;

  TrustedProxies(HttpProperties properties) {
    this.ranges = ranges(properties);
  }

  /** From now on these. */
  void follow(HttpProperties properties) {
    ranges = ranges(properties);
  }

  private static List<AddressRange> ranges(HttpProperties properties) {
    return properties.trustedProxies().stream().map(AddressRange::parse).toList();
  }

  boolean include(InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }
}
