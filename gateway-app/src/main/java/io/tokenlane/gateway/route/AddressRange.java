package io.tokenlane.gateway.route;

import java.net.InetAddress;

/**
 * A range of IP addresses in CIDR notation (RFC 4632), or one address.
 *
 * @param network the address whose first bits count
 * @param bits how many of them
 */
record AddressRange(InetAddress network, int bits) {

  /**
   * Reads {@code 10.0.0.0/8}, {@code fd00::/8} or {@code 127.0.0.1}; names are not resolved.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    try {
      InetAddress network = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int width = network.getAddress().length * Byte.SIZE;
      int bits = slash < 0 ? width : Integer.parseInt(text.substring(slash + 1));
      if (bits >= 0 && bits <= width) {
        return new AddressRange(network, bits);
      }
    } catch (IllegalArgumentException notAnAddress) {
      throw refused(text);
    }
    throw refused(text);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "trusted_proxies: " + text + " (expected: an address or a range such as 10.0.0.0/8)");
  }

  boolean contains(InetAddress address) {
    byte[] mine = network.getAddress();
    byte[] other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % Byte.SIZE);
      if (((mine[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
