package io.tokenlane.gateway.security;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Whether a request comes from this machine and names this machine. The second keeps foreign pages
 * out: in a browser here they could point their own name at it.
 */
public final class ThisMachine {
  private static final Pattern NAMES =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?");

  private ThisMachine() {}

  /** By the connection, whatever a proxy says of it. */
  public static boolean asks(ServerHttpRequest request) {
    return isHere(request.getRemoteAddress())
        && isNamed(request.getHeaders().getFirst(HttpHeaders.HOST));
  }

  private static boolean isHere(@Nullable InetSocketAddress peer) {
    InetAddress from = peer == null ? null : peer.getAddress();
    return from != null && from.isLoopbackAddress();
  }

  private static boolean isNamed(@Nullable String host) {
    return host != null && NAMES.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }
}
