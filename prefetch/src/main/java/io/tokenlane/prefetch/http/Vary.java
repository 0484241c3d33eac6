package io.tokenlane.prefetch.http;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Keys from {@code Vary} (RFC 9111 §4.1, RFC 9110 §12.5.5). */
public final class Vary {
  /** Lists of preferences: neither case nor the order of equal weights matters (§12.4.2). */
  private static final Set<String> PREFERENCES =
      Set.of("accept-language", "accept-encoding", "accept-charset");

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
   * exactly where those fields match: lists split and trimmed, preferences sorted by weight, a
   * missing field unlike an empty one.
   */
  public static String selecting(List<String> names, HttpFields request) {
    StringBuilder key = new StringBuilder();
    for (String name : names) {
      key.append('\n').append(name);
      if (request.has(name)) {
        normal(name, request).forEach(m -> key.append('\u0000').append(m));
        key.append('\u0001');
      }
    }
    return key.toString();
  }

  private static List<String> normal(String name, HttpFields request) {
    List<String> members = ListSplitter.members(request.all(name));
    return PREFERENCES.contains(name)
        ? ranked(members).stream().map(p -> p.value() + ";q=" + p.weight()).toList()
        : members;
  }

  /** The one language that a request prefers to all others, in lower case; empty where none is. */
  public static Optional<String> favouriteLanguage(HttpFields request) {
    List<Preference> ranked = ranked(ListSplitter.members(request.all("Accept-Language")));
    boolean clear =
        ranked.size() == 1
            || (ranked.size() > 1 && ranked.get(0).weight() > ranked.get(1).weight());
    return clear && ranked.get(0).weight() > 0
        ? Optional.of(ranked.get(0).value())
        : Optional.empty();
  }

  private static List<Preference> ranked(List<String> members) {
    return members.stream()
        .map(Preference::parse)
        .distinct()
        .sorted(
            Comparator.comparingDouble(Preference::weight)
                .reversed()
                .thenComparing(Preference::value))
        .toList();
  }

  /** A value and its weight, 0 to 1; 1 where none is given, 0 where it is no number. */
  private record Preference(String value, double weight) {
    static Preference parse(String member) {
      String text = member.toLowerCase(Locale.ROOT).replaceAll("[ \t]", "");
      int weight = text.indexOf(";q=");
      return weight < 0
          ? new Preference(text, 1)
          : new Preference(text.substring(0, weight), number(text.substring(weight + 3)));
    }

    private static double number(String text) {
      return text.matches("[01](\\.[0-9]{0,3})?") ? Double.parseDouble(text) : 0;
    }
  }
}
