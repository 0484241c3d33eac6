package io.tokenlane.prefetch.http;

import java.util.List;
import java.util.Locale;

/** Keys from {@code Vary} (RFC 9111 §4.1, RFC 9110 §12.5.5). */
public final class Vary {
  private Vary() {}

  /** The nominated field names: lower case, sorted, each once; {@code *} stays as it is. */
  public static List<String> names(HttpFields response) {
    return ListSplitter.members(response.all("Vary")).stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * What {@code request} says in the nominated fields, as a text that is equal for two requests
   * exactly where those fields match: lists split and trimmed, a missing field unlike an empty one.
   */
  public static String selecting(List<String> names, HttpFields request) {
    StringBuilder key = new StringBuilder();
    for (String name : names) {
      key.append('\n').append(name);
      if (request.has(name)) {
        ListSplitter.members(request.all(name)).forEach(m -> key.append('\u0000').append(m));
        key.append('\u0001');
      }
    }
    return key.toString();
  }
}
