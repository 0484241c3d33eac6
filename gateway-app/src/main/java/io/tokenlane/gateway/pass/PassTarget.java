package io.tokenlane.gateway.pass;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where requests of one plain route go.
 *
 * @param routeId the route
 * @param host name or address
 * @param port 1 to 65535
 * @param authority what upstream finds in {@code Host}
 * @param habit whether they pass
 */
record PassTarget(String routeId, String host, int port, String authority, Habit habit) {
  private static final int HTTP = 80;

  /** Of the route's URI; null where it is not plain HTTP without a path. */
  static @Nullable PassTarget of(String routeId, URI uri) {
    String host = uri.getHost();
    String path = uri.getRawPath();
    boolean plain =
        "http".equals(uri.getScheme())
            && host != null
            && uri.getRawUserInfo() == null
            && (path == null || path.isEmpty() || path.equals("/"))
            && uri.getRawQuery() == null;
    if (!plain) {
      return null;
    }
    int port = uri.getPort() < 0 ? HTTP : uri.getPort();
    String authority = uri.getPort() < 0 ? host : host + ":" + port;
    return new PassTarget(routeId, host.replaceAll("[\\[\\]]", ""), port, authority, new Habit());
  }
}
