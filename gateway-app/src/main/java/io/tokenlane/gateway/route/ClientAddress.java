package io.tokenlane.gateway.route;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Whose request it is: the peer of the connection, or, as long as that is a trusted proxy, whom it
 * says to ask for, from the last to the first (RFC 7239 §5.2, {@code X-Forwarded-For}).
 */
public final class ClientAddress {
  private final TrustedProxies trusted;

  /** Believes these. */
  public ClientAddress(TrustedProxies trusted) {
    this.trusted = trusted;
  }

  /** The address as text; empty where the connection has none. */
  public Optional<String> of(ServerHttpRequest request) {
    InetSocketAddress peer = request.getRemoteAddress();
    InetAddress address = peer == null ? null : peer.getAddress();
    if (address == null) {
      return Optional.empty();
    }
    List<String> told = told(request.getHeaders());
    for (int i = told.size() - 1; i >= 0 && trusted.include(address); i--) {
      Optional<InetAddress> before = literal(told.get(i));
      if (before.isEmpty()) {
        break;
      }
      address = before.get();
    }
    return Optional.of(address.getHostAddress());
  }

  private static List<String> told(HttpHeaders headers) {
    List<String> simple = parts(headers.getOrEmpty("X-Forwarded-For"));
    return simple.isEmpty()
        ? parts(headers.getOrEmpty("Forwarded")).stream().map(ClientAddress::whom).toList()
        : simple;
  }

  private static List<String> parts(List<String> lines) {
    List<String> parts = new ArrayList<>();
    for (String line : lines) {
      for (String part : line.split(",", -1)) {
        parts.add(part.strip());
      }
    }
    return parts;
  }

  /** The {@code for} of an element of {@code Forwarded}; empty text where it has none. */
  private static String whom(String element) {
    for (String pair : element.split(";", -1)) {
      if (pair.strip().toLowerCase(Locale.ROOT).startsWith("for=")) {
        return pair.strip().substring("for=".length()).replace("\"", "");
      }
    }
    return "";
  }

  /** An address, with or without a port; empty for anything else, as {@code unknown}. */
  private static Optional<InetAddress> literal(String text) {
    int bracket = text.indexOf(']');
    int colon = text.indexOf(':');
    boolean port = bracket < 0 && colon >= 0 && colon == text.lastIndexOf(':');
    String bare = bracket > 0 ? text.substring(1, bracket) : port ? text.substring(0, colon) : text;
    try {
      return Optional.of(InetAddress.ofLiteral(bare));
    } catch (IllegalArgumentException notAnAddress) {
      return Optional.empty();
    }
  }
}
