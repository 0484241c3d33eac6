package io.tokenlane.kubernetes;

import java.net.URI;

/**
 * Which pods are wanted, and how they are asked.
 *
 * @param port of the pods; -1 for the first that the service has
 * @param path in front of the interface; may be empty
 */
record Target(String scheme, String service, String namespace, int port, String path) {

  /** Of {@code http(s)://SERVICE[.NAMESPACE[.svc…]][:port][/path]}. */
  static Target of(URI uri, String ownNamespace) {
    String[] labels = uri.getHost().split("\\.", 3);
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return new Target(
        uri.getScheme(),
        labels[0],
        labels.length > 1 ? labels[1] : ownNamespace,
        uri.getPort(),
        path);
  }

  /** Whether nodes are asked by their names, for that is what their certificates have. */
  boolean byName() {
    return scheme.equals("https");
  }
}
