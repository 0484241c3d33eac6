package io.tokenlane.gateway.pass;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param authority what it finds in {@code Host}
 * @param prefix what comes before the request's path; empty for nothing
 */
record PassOrigin(String host, int port, String authority, String prefix) {
  private static final int HTTP = 80;

  /** Of a URI; null where it is not plain HTTP. */
  static @Nullable PassOrigin of(URI uri) {
    String host = uri.getHost();
    boolean plain =
        "http".equals(uri.getScheme())
            && host != null
            && uri.getRawUserInfo() == null
            && uri.getRawQuery() == null;
    if (!plain) {
      return null;
    }
    int port = uri.getPort() < 0 ? HTTP : uri.getPort();
    String authority = uri.getPort() < 0 ? host : host + ":" + port;
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new PassOrigin(bare, port, authority, prefix(uri.getRawPath()));
  }

  private static String prefix(@Nullable String path) {
    String base = path == null ? "" : path;
    return base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
  }
}
