package io.tokenlane.prefetch.http;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a request that changes something makes stale (RFC 9111 §4.4). */
public final class Invalidation {
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
  private static final int FIRST_OF_SUCCESS = 200;
  private static final int FIRST_OF_CLIENT_ERRORS = 400;

  private Invalidation() {}

  /** Whether a method asks for no change (RFC 9110 §9.2.1); unknown methods may change anything. */
  public static boolean safe(String method) {
    return SAFE.contains(method);
  }

  /**
   * The targets, path with query, whose answers are to be forgotten: the request's own, and those
   * of {@code Location} and {@code Content-Location} on the same host. None after a failure.
   *
   * @param uri the effective request URI
   */
  public static Set<String> targets(String method, URI uri, int status, HttpFields response) {
    boolean nonError = status >= FIRST_OF_SUCCESS && status < FIRST_OF_CLIENT_ERRORS;
    if (safe(method) || !nonError) {
      return Set.of();
    }
    Set<String> targets = new LinkedHashSet<>(List.of(target(uri)));
    for (String field : List.of("Location", "Content-Location")) {
      response.first(field).flatMap(reference -> sameHost(uri, reference)).ifPresent(targets::add);
    }
    return targets;
  }

  /** The target that {@code reference} names, where it is on the host of {@code base}. */
  public static Optional<String> sameHost(URI base, String reference) {
    try {
      URI named = base.resolve(reference.strip());
      boolean same = named.getRawAuthority() != null && authority(named).equals(authority(base));
      return same ? Optional.of(target(named)) : Optional.empty();
    } catch (IllegalArgumentException noUri) {
      return Optional.empty();
    }
  }

  private static String authority(URI uri) {
    return String.valueOf(uri.getRawAuthority()).toLowerCase(java.util.Locale.ROOT);
  }

  /** Path with query, as a request names it. */
  public static String target(URI uri) {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + '?' + uri.getRawQuery();
  }
}
