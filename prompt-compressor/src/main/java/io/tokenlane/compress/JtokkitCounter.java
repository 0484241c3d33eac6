package io.tokenlane.compress;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts with JTokkit, stretch by stretch ({@link Stretches}), remembering what it counted. Runs of
 * one character are cut every thousand characters, at the price of at most one token more per cut.
 */
final class JtokkitCounter implements TokenCounter {
  private static final Map<String, JtokkitCounter> ALL =
      Map.of(
          "cl100k_base", new JtokkitCounter("cl100k_base", EncodingType.CL100K_BASE),
          "o200k_base", new JtokkitCounter("o200k_base", EncodingType.O200K_BASE));

  private final String name;
  private final EncodingType type;
  private final CountCache cache = new CountCache();
  private volatile @Nullable Encoding loaded;

  private JtokkitCounter(String name, EncodingType type) {
    this.name = name;
    this.type = type;
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
    Encoding encoding = vocabulary();
    Stretches stretches = new Stretches(text);
    int tokens = 0;
    for (int start = 0; start < text.length(); start = stretches.end()) {
      stretches.scan(start);
      tokens += cache.count(text, start, stretches.end(), encoding::countTokensOrdinary);
    }
    return tokens;
  }

  @Override
  public int rarity(String word) {
    IntArrayList tokens = vocabulary().encodeOrdinary(word);
    return tokens.size() == 1 ? tokens.get(0) : Integer.MAX_VALUE;
  }

  private Encoding vocabulary() {
    Encoding encoding = loaded;
    return encoding == null ? load() : encoding;
  }

  private synchronized Encoding load() {
    Encoding encoding = loaded;
    if (encoding == null) {
      encoding = Encodings.newLazyEncodingRegistry().getEncoding(type);
      loaded = encoding;
    }
    return encoding;
  }
}
