package io.tokenlane.gateway.route;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Addresses that may be connected to. */
public final class AllowedAddresses {
  private static final List<AddressRange> PRIVATE =
      List.of(
          AddressRange.parse("10.0.0.0/8"),
          AddressRange.parse("172.16.0.0/12"),
          AddressRange.parse("192.168.0.0/16"),
          AddressRange.parse("100.64.0.0/10"),
          AddressRange.parse("fc00::/7"),
          AddressRange.parse("fec0::/10"));

  /**
   * Not of any one machine: this network, protocol assignments, tests of networks, multicast,
   * reserved; and those that hold an IPv4 address which a translator or a tunnel leads to (RFC 4291
   * §2.5.5, RFC 6052, RFC 8215, RFC 3056, RFC 4380).
   */
  private static final List<AddressRange> NOBODYS =
      List.of(
          AddressRange.parse("0.0.0.0/8"),
          AddressRange.parse("192.0.0.0/24"),
          AddressRange.parse("198.18.0.0/15"),
          AddressRange.parse("240.0.0.0/4"),
          AddressRange.parse("224.0.0.0/4"),
          AddressRange.parse("::/96"),
          AddressRange.parse("64:ff9b::/96"),
          AddressRange.parse("64:ff9b:1::/48"),
          AddressRange.parse("2001::/32"),
          AddressRange.parse("2002::/16"),
          AddressRange.parse("ff00::/8"));

  private static final Map<String, Predicate<InetAddress>> KINDS =
      Map.of(
          "loopback", InetAddress::isLoopbackAddress,
          "link-local", InetAddress::isLinkLocalAddress,
          "private", address -> in(PRIVATE, address),
          "public", AllowedAddresses::isPublic);

  private final List<Predicate<InetAddress>> allowed;

  /** As configured. */
  public AllowedAddresses(UpstreamsProperties properties) {
    this.allowed = properties.allowed().stream().map(AllowedAddresses::parse).toList();
  }

  /**
   * One entry of the list.
   *
   * @throws IllegalArgumentException where it is neither a kind nor a range
   */
  static Predicate<InetAddress> parse(String entry) {
    Predicate<InetAddress> kind = KINDS.get(entry);
    if (kind != null) {
      return kind;
    }
    try {
      return AddressRange.parse(entry)::contains;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "allowed: " + entry + " (expected: public, private, loopback, link-local or a range)", e);
    }
  }

  private static boolean in(List<AddressRange> ranges, InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }

  private static boolean isPublic(InetAddress address) {
    return !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isAnyLocalAddress()
        && !address.isMulticastAddress()
        && !in(PRIVATE, address)
        && !in(NOBODYS, address);
  }

  /** Whether there may be an upstream. */
  public boolean allows(InetAddress address) {
    return allowed.stream().anyMatch(one -> one.test(address));
  }

  /**
   * Checks an upstream that is named by its address; names are checked when they are resolved.
   *
   * @param property what is named where it is refused
   * @throws IllegalArgumentException where it is refused
   */
  public void require(String property, @Nullable URI uri) {
    String host = uri == null ? null : uri.getHost();
    if (host == null) {
      return;
    }
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", ""));
    } catch (IllegalArgumentException aName) {
      return;
    }
    if (!allows(address)) {
      throw new IllegalArgumentException(
          property + ": " + host + " (expected: an address within tokenlane.upstreams.allowed)");
    }
  }
}
