package io.tokenlane.compress;

import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes passages that occur again as symbols of a {@link Legend}. Passages are whole units of
 * unprotected text; the ones that save most tokens go first, each occurrence belongs to one
 * passage.
 */
final class RepeatsStage implements Stage {
  @Override
  public Rule rule() {
    return Rule.REPEATS;
  }

  @Override
  public @Nullable Staged apply(String text, TokenCounter counter, Protection protection) {
    char[] symbols = freeSymbols(text);
    if (symbols.length == 0) {
      return null;
    }
    BitSet guarded = Guards.of(text);
    guarded.or(protection.in(text));
    Units units = Units.of(text, guarded, counter);
    if (units.size() > SuffixArray.LONGEST) {
      return null;
    }
    SortedMap<Integer, Passages.Occurrence> chosen =
        new Passages(text, units, counter).choose(symbols.length);
    return chosen.isEmpty() ? null : new Staged(write(text, chosen, symbols), new byte[0]);
  }

  private static char[] freeSymbols(String text) {
    StringBuilder free = new StringBuilder();
    for (char symbol : Legend.SYMBOLS.toCharArray()) {
      if (text.indexOf(symbol) < 0) {
        free.append(symbol);
      }
    }
    return free.toString().toCharArray();
  }

  private static String write(
      String text, SortedMap<Integer, Passages.Occurrence> chosen, char[] symbols) {
    Map<Integer, Character> names = new TreeMap<>();
    Map<Character, String> legend = new LinkedHashMap<>();
    StringBuilder body = new StringBuilder();
    int copied = 0;
    for (Passages.Occurrence occurrence : chosen.values()) {
      char symbol = names.computeIfAbsent(occurrence.passage(), p -> symbols[names.size()]);
      legend.putIfAbsent(symbol, occurrence.span().of(text));
      body.append(text, copied, occurrence.span().start()).append(symbol);
      copied = occurrence.span().end();
    }
    return Legend.write(legend, body.append(text, copied, text.length()).toString());
  }

  @Override
  public String undo(String text, byte[] parameters) {
    if (parameters.length > 0) {
      throw new IllegalArgumentException(
          "repeats: parameters " + Arrays.toString(parameters) + " (expected: none)");
    }
    return Legend.expand(text);
  }
}
