package io.tokenlane.prefetch.http;

import java.util.Set;

/** Whether a shared cache may store a response (RFC 9111 §3), and if not, why. */
public enum Storability {
  /** May be stored. */
  STORABLE("storable"),
  /** Only GET and HEAD are understood here. */
  METHOD("method"),
  /** The status is not final, partial, or not one this cache understands (§3). */
  STATUS("status"),
  /** {@code no-store} in the request (§5.2.1.5). */
  REQUEST_NO_STORE("request-no-store"),
  /** {@code no-store} in the response (§5.2.2.5). */
  NO_STORE("no-store"),
  /** {@code no-cache} in the response (§5.2.2.4): useless without validation. */
  NO_CACHE("no-cache"),
  /** {@code private} (§5.2.2.7). */
  PRIVATE("private"),
  /** An authenticated request whose response does not allow sharing (§3.5). */
  AUTHORIZATION("authorization"),
  /** {@code Vary: *} (§4.1): no later request would match. */
  VARY_STAR("vary-star"),
  /** {@code Set-Cookie}: meant for one client (§7.3 warns; stored nowhere here). */
  SET_COOKIE("set-cookie"),
  /** A range was asked for; partial answers are not combined here (§3.3). */
  RANGE("range");

  /** Statuses cacheable by definition (RFC 9110 §15.1) other than 206, and the redirects. */
  private static final Set<Integer> UNDERSTOOD =
      Set.of(200, 203, 204, 300, 301, 302, 307, 308, 404, 405, 410, 414, 451, 501);

  private final String label;

  Storability(String label) {
    this.label = label;
  }

  /** The reason as a short word for {@code Cache-Status; detail}. */
  public String label() {
    return label;
  }

  /** True for {@link #STORABLE}. */
  public boolean storable() {
    return this == STORABLE;
  }

  /** Judges the request before anything is known of the response. */
  public static Storability ofRequest(String method, HttpFields request) {
    if (!method.equals("GET")) {
      return METHOD;
    }
    if (CacheControl.of(request).has("no-store")) {
      return REQUEST_NO_STORE;
    }
    return request.has("Range") ? RANGE : STORABLE;
  }

  /** Judges a response to a request that {@link #ofRequest} found storable. */
  public static Storability ofResponse(HttpFields request, int status, HttpFields response) {
    if (!UNDERSTOOD.contains(status)) {
      return STATUS;
    }
    CacheControl control = CacheControl.of(response);
    // §5.2.2.3: a cache that understands the status ignores no-store beside must-understand.
    if (control.has("no-store") && !control.has("must-understand")) {
      return NO_STORE;
    }
    if (control.has("no-cache")) {
      return NO_CACHE;
    }
    if (control.has("private")) {
      return PRIVATE;
    }
    if (request.has("Authorization") && !sharingAllowed(control)) {
      return AUTHORIZATION;
    }
    if (response.has("Set-Cookie")) {
      return SET_COOKIE;
    }
    return Vary.names(response).contains("*") ? VARY_STAR : STORABLE;
  }

  private static boolean sharingAllowed(CacheControl control) {
    return control.has("public") || control.has("must-revalidate") || control.has("s-maxage");
  }
}
