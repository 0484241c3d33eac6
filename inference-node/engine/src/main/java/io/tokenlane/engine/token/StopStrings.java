package io.tokenlane.engine.token;

import java.util.List;
import java.util.Optional;

/**
 * Finds the first of some stop strings in streamed text, holding back only what may still become
 * one of them.
 *
 * <p>The match is the occurrence that ends first, and of those that end together the longest; it
 * does not depend on how the text is split. Each stop string is followed by the automaton of Knuth,
 * Morris and Pratt (1977), so the work is linear in the text. Not thread-safe.
 */
public final class StopStrings {
  private final List<String> stops;
  private final int[][] borders;
  private final int[] states;
  private final StringBuilder held = new StringBuilder();
  private Optional<String> match = Optional.empty();

  /**
   * @param stops none of them empty; without any, all text passes at once
   * @throws IllegalArgumentException if one is empty
   */
  public StopStrings(List<String> stops) {
    this.stops = List.copyOf(stops);
    borders = this.stops.stream().map(StopStrings::borders).toArray(int[][]::new);
    states = new int[borders.length];
  }

  /**
   * Takes the next piece of text and returns what can be given out: never a part of a stop string.
   * Once a stop string was found, what follows it is dropped.
   */
  public String accept(String text) {
    if (match.isPresent()) {
      return "";
    }
    for (int i = 0; i < text.length() && match.isEmpty(); i++) {
      held.append(text.charAt(i));
      advance(text.charAt(i));
    }
    return release(match.isPresent() ? held.length() : held.length() - longestState());
  }

  /** The stop string that was found, if one was. */
  public Optional<String> match() {
    return match;
  }

  /** The end of the text: what was held back, empty after a match. */
  public String finish() {
    return release(held.length());
  }

  private String release(int length) {
    String free = held.substring(0, length);
    held.delete(0, length);
    return free;
  }

  private void advance(char next) {
    for (int s = 0; s < states.length; s++) {
      String stop = stops.get(s);
      int state = states[s];
      while (state > 0 && stop.charAt(state) != next) {
        state = borders[s][state - 1];
      }
      states[s] = stop.charAt(state) == next ? state + 1 : 0;
      if (states[s] == stop.length() && stop.length() > match.map(String::length).orElse(0)) {
        match = Optional.of(stop);
      }
    }
    match.ifPresent(stop -> held.setLength(held.length() - stop.length()));
  }

  private int longestState() {
    int longest = 0;
    for (int state : states) {
      longest = Math.max(longest, state);
    }
    return longest;
  }

  /** For each prefix, the length of its longest proper prefix that is also its suffix. */
  private static int[] borders(String stop) {
    if (stop.isEmpty()) {
      throw new IllegalArgumentException("stop: \"\" (expected: at least one character)");
    }
    int[] borders = new int[stop.length()];
    for (int i = 1, length = 0; i < stop.length(); i++) {
      while (length > 0 && stop.charAt(i) != stop.charAt(length)) {
        length = borders[length - 1];
      }
      length = stop.charAt(i) == stop.charAt(length) ? length + 1 : 0;
      borders[i] = length;
    }
    return borders;
  }
}
