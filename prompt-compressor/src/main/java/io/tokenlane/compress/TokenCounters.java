package io.tokenlane.compress;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The encodings known by name. */
public final class TokenCounters {
  /** The encoding of GPT-4o and later. */
  public static final String DEFAULT = "o200k_base";

  private static final Set<String> KNOWN = Set.of("cl100k_base", DEFAULT);

  /** A family of models and the encoding that its maker tells. */
  private record Family(String prefix, String encoding) {}

  /** The first that fits counts. */
  private static final List<Family> FAMILIES =
      List.of(
          new Family("gpt-4o", DEFAULT),
          new Family("chatgpt-4o", DEFAULT),
          new Family("gpt-4.1", DEFAULT),
          new Family("gpt-4.5", DEFAULT),
          new Family("gpt-4", "cl100k_base"),
          new Family("gpt-3.5", "cl100k_base"),
          new Family("gpt-35", "cl100k_base"),
          new Family("gpt-5", DEFAULT),
          new Family("gpt-oss", DEFAULT),
          new Family("o1", DEFAULT),
          new Family("o3", DEFAULT),
          new Family("o4", DEFAULT),
          new Family("text-embedding-3", "cl100k_base"),
          new Family("text-embedding-ada", "cl100k_base"));

  private TokenCounters() {}

  /** Whether an encoding has this name. */
  public static boolean isKnown(String encoding) {
    return KNOWN.contains(encoding);
  }

  /**
   * The encoding of a model by its name; empty where the name does not tell.
   *
   * @param model such as {@code gpt-4o-mini}, with or without a maker and a slash before it
   */
  public static Optional<String> encodingOf(String model) {
    String name = model.substring(model.lastIndexOf('/') + 1);
    return FAMILIES.stream()
        .filter(family -> fits(name, family.prefix()))
        .map(Family::encoding)
        .findFirst();
  }

  /** {@code o1} is no beginning of {@code o1000}, {@code gpt-4} is one of {@code gpt-4-turbo}. */
  private static boolean fits(String name, String prefix) {
    return name.startsWith(prefix)
        && (name.length() == prefix.length()
            || !Character.isLetterOrDigit(name.charAt(prefix.length())));
  }

  /**
   * A counter for {@code o200k_base} or {@code cl100k_base}. Cheap: the vocabulary is loaded by the
   * first count, once per process.
   *
   * @throws IllegalArgumentException if the name is unknown
   */
  public static TokenCounter named(String encoding) {
    return JtokkitCounter.of(encoding);
  }
}
