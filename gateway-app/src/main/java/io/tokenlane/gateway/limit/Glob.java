package io.tokenlane.gateway.limit;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names in which {@code *} stands for any text. */
final class Glob {
  private Glob() {}

  /** Fits what one of the patterns fits; everything where there is none. */
  static Predicate<String> anyOf(List<String> patterns) {
    if (patterns.isEmpty()) {
      return name -> true;
    }
    String regex = patterns.stream().map(Glob::regex).collect(Collectors.joining("|"));
    return Pattern.compile(regex, Pattern.DOTALL).asMatchPredicate();
  }

  private static String regex(String pattern) {
    return Arrays.stream(pattern.split("\\*", -1))
        .map(Pattern::quote)
        .collect(Collectors.joining(".*"));
  }
}
