package io.tokenlane.compress;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts with JTokkit. Byte-pair encoding takes more than linear time on a run that nothing cuts,
 * so runs of one character are cut every {@link #LONGEST_RUN} characters, at the price of at most
 * one token more per cut.
 */
final class JtokkitCounter implements TokenCounter {
  private static final Map<String, EncodingType> TYPES =
      Map.of("cl100k_base", EncodingType.CL100K_BASE, "o200k_base", EncodingType.O200K_BASE);
  private static final Map<EncodingType, Encoding> LOADED = new ConcurrentHashMap<>();

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
    int tokens = 0;
    int from = 0;
    for (int cut = cut(text, 0); cut < text.length(); cut = cut(text, from)) {
      tokens += encoding.countTokensOrdinary(text.substring(from, cut));
      from = cut;
    }
    return tokens + encoding.countTokensOrdinary(from == 0 ? text : text.substring(from));
  }

  /** Where the first run of one character gets too long from here, or the end of the text. */
  private static int cut(String text, int from) {
    int run = 1;
    for (int i = from + 1; i < text.length(); i++) {
      run = text.charAt(i) == text.charAt(i - 1) ? run + 1 : 1;
      if (run > LONGEST_RUN) {
        return i;
      }
    }
    return text.length();
  }

  private static Encoding encoding(EncodingType type) {
    return LOADED.computeIfAbsent(
        type, wanted -> Encodings.newLazyEncodingRegistry().getEncoding(wanted));
  }
}
