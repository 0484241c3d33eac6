package io.tokenlane.gateway.balance;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One entry of {@code tokenlane.nodes}.
 *
 * @param id its name in headers, health and metrics; unique; default host and port of the uri
 * @param uri where it listens: {@code http://host:port}, with a path where its interface has one in
 *     front of {@code /v1}; or {@code lb://SERVICE} for the instances that a discovery client tells
 * @param dns whether each address of the uri's host is a node of its own, looked up again and
 *     again; default false
 * @param kubernetes whether each ready pod of the uri's host, {@code SERVICE} or {@code
 *     SERVICE.NAMESPACE}, is a node of its own, as the Kubernetes API tells; with {@code https} a
 *     pod is asked by its name in the cluster's DNS; default false
 * @param weight share of the calls relative to others; &gt; 0, default 1
 * @param limit calls it computes at once; ≥ 0, default 0: as it reports itself, else as it was seen
 *     to, else unlimited
 * @param apiKey sent to it as {@code Authorization: Bearer …}; default none
 * @param standby whether it is asked only while no other node serves; default false
 * @param model the model that a node on standby is asked for, whatever the client asked for;
 *     default what the client asked for
 */
public record NodeProperties(
    @Nullable String id,
    URI uri,
    @DefaultValue("false") boolean dns,
    @DefaultValue("false") boolean kubernetes,
    @DefaultValue("1") double weight,
    @DefaultValue("0") int limit,
    @Nullable String apiKey,
    @DefaultValue("false") boolean standby,
    @Nullable String model) {

  private static final int HIGHEST_PORT = 65_535;

  /** Checks the uri and the weight. */
  public NodeProperties {
    // As a placeholder gives it for a variable that is not set: no key.
    apiKey = apiKey == null || apiKey.isBlank() ? null : apiKey;
    if (uri == null) {
      throw new IllegalArgumentException("uri: missing (expected: http://host:port)");
    }
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!(http || "lb".equals(uri.getScheme())) || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "uri: " + uri + " (expected: http://host:port or lb://SERVICE)");
    }
    requirePlain(uri);
    if (dns && !"http".equals(uri.getScheme())) {
      throw new IllegalArgumentException("dns: true with " + uri + " (expected: http://host:port)");
    }
    if (kubernetes && (dns || !http)) {
      throw new IllegalArgumentException(
          "kubernetes: true with %s%s (expected: http(s)://SERVICE:port, without dns)"
              .formatted(uri, dns ? " and dns: true" : ""));
    }
    if (!(weight > 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException("weight: " + weight + " (expected: > 0, finite)");
    }
    if (limit < 0) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: >= 0)");
    }
    if (model != null && !standby) {
      throw new IllegalArgumentException(
          "model: " + model + " (expected: only with standby: true)");
    }
    if (id != null && !id.matches("[A-Za-z0-9._:-]{1,64}")) {
      throw new IllegalArgumentException(
          "id: " + id + " (expected: 1 to 64 letters, digits, dots, colons, dashes)");
    }
  }

  /** A password is not repeated: what is told here goes to logs. */
  private static void requirePlain(URI uri) {
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "uri: with a user (expected: http://host:port; credentials as api_key)");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getPort() > HIGHEST_PORT) {
      throw new IllegalArgumentException(
          "uri: " + uri + " (expected: http://host:port[/path], port 1 to 65535, no query)");
    }
  }

  /** Whether somebody has to be asked for its nodes again and again. */
  boolean lookedUp() {
    return dns || "lb".equals(uri.getScheme());
  }

  /** Whether it is a node itself, and not what tells nodes. */
  boolean isNode() {
    return !lookedUp() && !kubernetes;
  }

  /** The id, or what stands in for it. */
  public String name() {
    return id == null ? uri.getAuthority() : id;
  }
}
