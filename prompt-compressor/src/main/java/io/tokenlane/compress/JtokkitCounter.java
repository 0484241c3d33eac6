package io.tokenlane.compress;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Counts with the vocabularies of JTokkit, stretch by stretch ({@link Stretches}), remembering what
 * it counted. Runs of one character are cut every thousand characters, at the price of at most one
 * token more per cut. {@code o200k_base}, which counts unless something else is said, is kept as
 * {@link ByteRanks}; {@code cl100k_base} as JTokkit has it.
 */
final class JtokkitCounter implements TokenCounter {
  private static final Map<String, JtokkitCounter> ALL =
      Map.of(
          "cl100k_base", new JtokkitCounter("cl100k_base"),
          "o200k_base", new JtokkitCounter("o200k_base"));

  /** OpenAI's (tiktoken, {@code openai_public.py}), as JTokkit compiles it. */
  private static final Pattern O200K =
      Pattern.compile(
          String.join(
              "|",
              "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                  + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
              "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
                  + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
              "\\p{N}{1,3}",
              " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*",
              "\\s*[\\r\\n]+",
              "\\s+(?!\\S)",
              "\\s+"),
          Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);

  /** How a vocabulary counts a stretch, and which rank a word has that is one token. */
  private record Vocabulary(ToIntFunction<String> count, ToIntFunction<String> rank) {}

  private final String name;
  private final CountCache cache = new CountCache();
  private volatile @Nullable Vocabulary loaded;

  private JtokkitCounter(String name) {
    this.name = name;
  }

  static JtokkitCounter of(String name) {
    JtokkitCounter counter = ALL.get(name);
    if (counter == null) {
      throw new IllegalArgumentException(
          "encoding: " + name + " (expected: one of cl100k_base, o200k_base)");
    }
    return counter;
  }

  @Override
  public String encoding() {
    return name;
  }

  @Override
  public boolean isReady() {
    return loaded != null;
  }

  @Override
  public int count(String text) {
    Vocabulary vocabulary = vocabulary();
    Stretches stretches = new Stretches(text);
    int tokens = 0;
    for (int start = 0; start < text.length(); start = stretches.end()) {
      stretches.scan(start);
      tokens += cache.count(text, start, stretches.end(), vocabulary.count());
    }
    return tokens;
  }

  @Override
  public int rarity(String word) {
    return vocabulary().rank().applyAsInt(word);
  }

  private Vocabulary vocabulary() {
    Vocabulary vocabulary = loaded;
    return vocabulary == null ? load() : vocabulary;
  }

  private synchronized Vocabulary load() {
    Vocabulary vocabulary = loaded;
    if (vocabulary == null) {
      vocabulary = name.equals("o200k_base") ? compact() : theirs();
      loaded = vocabulary;
    }
    return vocabulary;
  }

  static BytePairs o200k() {
    return new BytePairs(O200K, ByteRanks.read(Encodings.class, "o200k_base.tiktoken"));
  }

  private static Vocabulary compact() {
    BytePairs pairs = o200k();
    return new Vocabulary(pairs::count, pairs::rank);
  }

  private static Vocabulary theirs() {
    Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
    return new Vocabulary(
        encoding::countTokensOrdinary,
        word -> {
          IntArrayList tokens = encoding.encodeOrdinary(word);
          return tokens.size() == 1 ? tokens.get(0) : Integer.MAX_VALUE;
        });
  }
}
