package io.tokenlane.compress;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts with JTokkit, stretch by stretch between borders that no token crosses. Byte-pair encoding
 * takes more than linear time on a run that nothing cuts, so runs of one character are cut every
 * {@link #LONGEST_RUN} characters, at the price of at most one token more per cut.
 */
final class JtokkitCounter implements TokenCounter {
  private static final Map<String, EncodingType> TYPES =
      Map.of("cl100k_base", EncodingType.CL100K_BASE, "o200k_base", EncodingType.O200K_BASE);
  private static final Map<EncodingType, Encoding> LOADED = new ConcurrentHashMap<>();

  private static final Map<EncodingType, CountCache> CACHES = new ConcurrentHashMap<>();

  private static final int LONGEST_RUN = 1024;

  private final String name;
  private final EncodingType type;

  private JtokkitCounter(String name, EncodingType type) {
    this.name = name;
    this.type = type;
  }

  static JtokkitCounter of(String name) {
    EncodingType type = TYPES.get(name);
    if (type == null) {
      throw new IllegalArgumentException(
          "encoding: " + name + " (expected: one of cl100k_base, o200k_base)");
    }
    return new JtokkitCounter(name, type);
  }

  @Override
  public String encoding() {
    return name;
  }

  @Override
  public int count(String text) {
    Encoding encoding = encoding(type);
    CountCache cache = CACHES.computeIfAbsent(type, _ -> new CountCache());
    int tokens = 0;
    int from = 0;
    int run = 1;
    for (int i = 1; i < text.length(); i++) {
      char before = text.charAt(i - 1);
      char c = text.charAt(i);
      run = c == before ? run + 1 : 1;
      if (isBorder(before, c) || run > LONGEST_RUN) {
        tokens += cache.count(text, from, i, encoding::countTokensOrdinary);
        from = i;
        run = 1;
      }
    }
    return tokens + cache.count(text, from, text.length(), encoding::countTokensOrdinary);
  }

  /** No alternative of the encodings' patterns matches across these two. */
  private static boolean isBorder(char before, char c) {
    return (c == ' ' && isSolid(before)) || (before == '\n' && isSolid(c) && c != '/');
  }

  private static boolean isSolid(char c) {
    return (c > ' ' && c < 0x7f)
        || (c >= 0xa0 && !Character.isWhitespace(c) && !Character.isSpaceChar(c));
  }

  private static Encoding encoding(EncodingType type) {
    return LOADED.computeIfAbsent(
        type, wanted -> Encodings.newLazyEncodingRegistry().getEncoding(wanted));
  }
}
