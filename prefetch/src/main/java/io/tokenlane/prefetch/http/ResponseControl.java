package io.tokenlane.prefetch.http;

import java.util.List;
import java.util.Optional;

/**
 * What a response says to this cache: the first valid field of the target list {@code
 * Tokenlane-Cache-Control}, {@code CDN-Cache-Control}, else {@code Cache-Control} (RFC 9213 §2.2).
 *
 * @param control the directives that count
 * @param targeted whether they come from a targeted field; {@code Cache-Control} and {@code
 *     Expires} are then not looked at
 */
public record ResponseControl(CacheControl control, boolean targeted) {
  private static final List<String> TARGETS =
      List.of("Tokenlane-Cache-Control", "CDN-Cache-Control");

  /** Reads the fields of {@code response}. */
  public static ResponseControl of(HttpFields response) {
    return TARGETS.stream()
        .filter(response::has)
        .flatMap(name -> targeted(response.all(name)).stream())
        .findFirst()
        .orElseGet(() -> new ResponseControl(CacheControl.of(response), false));
  }

  /** Malformed and empty fields do not count (§2.2). */
  private static Optional<ResponseControl> targeted(List<String> lines) {
    return StructuredDictionary.parse(lines)
        .filter(members -> !members.isEmpty())
        .map(members -> new ResponseControl(CacheControl.of(members), true))
        .filter(found -> !found.control().hasBrokenSeconds());
  }

  /** Whether stale reuse is forbidden unless the origin itself grants it (RFC 9111 §4.2.4). */
  public boolean forbidsStale() {
    return control.has("must-revalidate")
        || control.has("proxy-revalidate")
        || control.has("s-maxage")
        || noCache();
  }

  /** {@code no-cache} without field names: validate before every use (RFC 9111 §5.2.2.4). */
  public boolean noCache() {
    return control.has("no-cache") && control.fieldNames("no-cache").isEmpty();
  }

  /** {@code private} without field names: not for a shared cache (RFC 9111 §5.2.2.7). */
  public boolean isPrivate() {
    return control.has("private") && control.fieldNames("private").isEmpty();
  }
}
