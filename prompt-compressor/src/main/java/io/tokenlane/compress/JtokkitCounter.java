package io.tokenlane.compress;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts with JTokkit. */
final class JtokkitCounter implements TokenCounter {
  private static final Map<String, EncodingType> TYPES =
      Map.of("cl100k_base", EncodingType.CL100K_BASE, "o200k_base", EncodingType.O200K_BASE);
  private static final Map<EncodingType, Encoding> LOADED = new ConcurrentHashMap<>();

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
    return encoding(type).countTokensOrdinary(text);
  }

  private static Encoding encoding(EncodingType type) {
    return LOADED.computeIfAbsent(
        type, wanted -> Encodings.newLazyEncodingRegistry().getEncoding(wanted));
  }
}
