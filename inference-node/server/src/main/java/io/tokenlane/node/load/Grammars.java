package io.tokenlane.node.load;

import io.tokenlane.engine.grammar.Grammar;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The grammars used last, as far as memory goes. Safe for use by many threads. */
final class Grammars {
  private static final int MOST = 64;

  private final long mostBytes;

  /** By the hash of what they are for, least recently used first; to be locked. */
  private final Map<String, Grammar> known = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param mostBytes of all grammars, about; they grow as they are used
   */
  Grammars(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** The grammar for something, if it was used lately; null if it was not. */
  @Nullable Grammar known(String what) {
    return find(hash(what));
  }

  /** The grammar for something, made unless it was used lately. */
  Grammar get(String what, Supplier<Grammar> made) {
    String key = hash(what);
    Grammar grammar = find(key);
    if (grammar == null) {
      grammar = made.get();
      keep(key, grammar);
    }
    return grammar;
  }

  private @Nullable Grammar find(String key) {
    synchronized (known) {
      Grammar grammar = known.get(key);
      forgetBeyondBounds();
      return grammar;
    }
  }

  private void keep(String key, Grammar grammar) {
    synchronized (known) {
      known.put(key, grammar);
      forgetBeyondBounds();
    }
  }

  private void forgetBeyondBounds() {
    long bytes = known.values().stream().mapToLong(Grammar::bytes).sum();
    Iterator<Grammar> eldest = known.values().iterator();
    while ((bytes > mostBytes || known.size() > MOST) && eldest.hasNext()) {
      bytes -= eldest.next().bytes();
      eldest.remove();
    }
  }

  private static String hash(String what) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(what.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: not there (expected: in every Java)", e);
    }
  }
}
