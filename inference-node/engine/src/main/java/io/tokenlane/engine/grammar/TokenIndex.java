package io.tokenlane.engine.grammar;

import io.tokenlane.engine.token.PackedBytes;
import io.tokenlane.engine.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A vocabulary, sorted for grammars; made once for a model. Immutable and safe for use by many
 * threads.
 *
 * <p>Most tokens are plain content of a JSON string and are permitted together wherever enough
 * characters may come, so they are kept as ready bit sets by their number of characters; only the
 * others have to be walked there (the idea of llguidance's slices).
 */
public final class TokenIndex {
  /** Begins the bytes of a control token; no byte of UTF-8. */
  private static final int CONTROL = 0xFF;

  private static final int MOST_CHARACTERS = 64;

  private final PackedBytes bytes;
  private final TokenTrie all;
  private final TokenTrie others;
  private final long[][] content = new long[MOST_CHARACTERS + 1][];
  private final boolean[] written = new boolean[256];
  private final Set<String> controls = new HashSet<>();

  public TokenIndex(Tokenizer tokenizer) {
    bytes = new PackedBytes(tokenizer.vocabularySize(), id -> bytesOf(tokenizer, id));
    written[CONTROL] = true;
    List<TokenTrie.Entry> everything = new ArrayList<>();
    List<TokenTrie.Entry> rest = new ArrayList<>();
    int words = Math.ceilDiv(bytes.size(), Long.SIZE);
    for (int i = 0; i < content.length; i++) {
      content[i] = new long[words];
    }
    for (int id = 0; id < bytes.size(); id++) {
      sort(id, everything, rest);
    }
    for (int i = 1; i < content.length; i++) {
      for (int word = 0; word < words; word++) {
        content[i][word] |= content[i - 1][word];
      }
    }
    all = new TokenTrie(everything);
    others = new TokenTrie(rest);
  }

  private byte[] bytesOf(Tokenizer tokenizer, int id) {
    byte[] text = tokenizer.bytes(id);
    if (tokenizer.isControl(id)) {
      String name = new String(text, StandardCharsets.UTF_8);
      controls.add(name);
      return controlBytes(name);
    }
    boolean mark = text.length == 1 && (text[0] & 0xFF) == CONTROL;
    if (text.length == 1 && !mark) {
      written[text[0] & 0xFF] = true;
    }
    return mark ? new byte[0] : text;
  }

  private void sort(int id, List<TokenTrie.Entry> everything, List<TokenTrie.Entry> rest) {
    byte[] text = bytes.get(id);
    if (text.length == 0) {
      return;
    }
    TokenTrie.Entry entry = new TokenTrie.Entry(text, id);
    everything.add(entry);
    int characters = JsonText.contentCharacters(text);
    if (characters > 0 && characters <= MOST_CHARACTERS && canWrite(text)) {
      content[characters][id / Long.SIZE] |= 1L << id;
    } else {
      rest.add(entry);
    }
  }

  private boolean canWrite(byte[] text) {
    for (byte value : text) {
      if (!written[value & 0xFF]) {
        return false;
      }
    }
    return true;
  }

  /** Whether some byte of the range is a token of its own, so that no output can get stuck. */
  boolean canWrite(int low, int high) {
    for (int value = low; value <= high; value++) {
      if (written[value]) {
        return true;
      }
    }
    return false;
  }

  /** Whether the byte is a token of its own. */
  boolean canWrite(int value) {
    return written[value];
  }

  /**
   * What writes a text that marks something for the model: the control token where there is one,
   * else the text itself.
   */
  public Expr marker(String text) {
    return controls.contains(text) ? new Expr.Control(text) : Expr.text(text);
  }

  /** Words of a bit set of all ids. */
  int words() {
    return content[0].length;
  }

  /** What the token writes, as grammars see it; empty if it can never be used. */
  byte[] bytes(int id) {
    return bytes.get(id);
  }

  /** All tokens. */
  TokenTrie all() {
    return all;
  }

  /** Tokens that are not all content of a JSON string. */
  TokenTrie others() {
    return others;
  }

  /** Tokens of content of at most so many characters. Not to be changed. */
  long[] content(int mostCharacters) {
    return content[Math.min(MOST_CHARACTERS, mostCharacters)];
  }

  static byte[] controlBytes(String text) {
    byte[] name = text.getBytes(StandardCharsets.UTF_8);
    byte[] marked = new byte[name.length + 1];
    marked[0] = (byte) CONTROL;
    System.arraycopy(name, 0, marked, 1, name.length);
    return marked;
  }
}
