package io.tokenlane.engine.token;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a model: their texts as the model's files give them, by id, and which of them are
 * added tokens. Texts lie one behind another in one array: some 20 bytes a token, not 120.
 */
public final class Vocabulary {
  private static final int MOST_GAPS = 1024;

  private final char[] text;
  private final int[] ends;

  /** Open addressing with linear probing, at most half full: an id plus 1, or 0 where free. */
  private final int[] places;

  private final @Nullable AddedToken[] added;

  /**
   * @param tokens text by id; empty where an id has none
   * @param added the tokens that are found in text before any other rule; ids within {@code tokens}
   * @throws TokenizerException if a text or an id of an added token is there twice, or an id is out
   *     of range
   */
  public Vocabulary(List<String> tokens, List<AddedToken> added) {
    text = new char[tokens.stream().mapToInt(String::length).reduce(0, Math::addExact)];
    ends = new int[tokens.size()];
    this.added = new AddedToken[tokens.size()];
    added.forEach(this::add);
    places = new int[Integer.highestOneBit(Math.max(1, tokens.size())) * 4];
    for (int id = 0; id < ends.length; id++) {
      add(tokens.get(id), id);
    }
  }

  private void add(String token, int id) {
    int place = place(token);
    if (token.isEmpty() && places[place] != 0) {
      ends[id] = begin(id);
      return;
    }
    if (places[place] != 0) {
      throw new TokenizerException(
          "vocabulary: token %s has ids %d and %d (expected: one id)"
              .formatted(token, places[place] - 1, id));
    }
    token.getChars(0, token.length(), text, begin(id));
    ends[id] = begin(id) + token.length();
    places[place] = id + 1;
  }

  /** Where a text is, or would be. */
  private int place(String token) {
    int place = mixed(token.hashCode()) & (places.length - 1);
    while (places[place] != 0 && !is(places[place] - 1, token)) {
      place = (place + 1) & (places.length - 1);
    }
    return place;
  }

  private static int mixed(int hash) {
    int product = hash * 0x9E3779B9;
    return product ^ product >>> 15;
  }

  private boolean is(int id, String token) {
    int begin = begin(id);
    if (ends[id] - begin != token.length()) {
      return false;
    }
    for (int i = 0; i < token.length(); i++) {
      if (text[begin + i] != token.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int begin(int id) {
    return id == 0 ? 0 : ends[id - 1];
  }

  private void add(AddedToken token) {
    if (token.id() < 0 || token.id() >= ends.length) {
      throw new TokenizerException(
          "added token %s: id %d (expected: 0 to %d)"
              .formatted(token.content(), token.id(), ends.length - 1));
    }
    AddedToken other = added[token.id()];
    if (other != null) {
      throw new TokenizerException(
          "added tokens: %s and %s have id %d (expected: one token an id)"
              .formatted(other.content(), token.content(), token.id()));
    }
    added[token.id()] = token;
  }

  /**
   * Puts tokens in the order of their ids. Ids without a token have the empty text.
   *
   * @throws TokenizerException if two tokens share an id, or more than one in four ids, and more
   *     than 1,024, have none
   */
  public static List<String> byId(Map<String, Integer> idOfToken) {
    int most = idOfToken.size() + Math.max(MOST_GAPS, idOfToken.size() / 4);
    int last = idOfToken.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    @Nullable String[] tokens = new String[(int) Math.min(most, last + 1L)];
    idOfToken.forEach(
        (token, id) -> {
          if (id < 0 || id >= tokens.length) {
            throw new TokenizerException(
                "vocabulary: token %s has id %d (expected: 0 to %d for %d tokens)"
                    .formatted(token, id, most - 1, idOfToken.size()));
          }
          if (tokens[id] != null) {
            throw new TokenizerException(
                "vocabulary: tokens %s and %s have id %d (expected: one token an id)"
                    .formatted(tokens[id], token, id));
          }
          tokens[id] = token;
        });
    List<String> ordered = new ArrayList<>(tokens.length);
    for (String token : tokens) {
      ordered.add(token == null ? "" : token);
    }
    return ordered;
  }

  /** Number of tokens. */
  public int size() {
    return ends.length;
  }

  /** The text of a token, as in the model's files. */
  String token(int id) {
    return new String(text, begin(id), ends[id] - begin(id));
  }

  /** The id of a token's text as in the model's files; -1 if there is none. */
  int find(String token) {
    return places[place(token)] - 1;
  }

  /** The id of a token's text as in the model's files. */
  public OptionalInt id(String token) {
    int id = find(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** As {@link #find}, but of ordinary tokens only. */
  int findOrdinary(String token) {
    int id = find(token);
    return id >= 0 && isOrdinary(id) ? id : -1;
  }

  boolean isOrdinary(int id) {
    return added[id] == null;
  }

  /** What is added about a token; null for ordinary tokens. */
  @Nullable AddedToken added(int id) {
    return added[id];
  }

  /** All added tokens, by id. */
  List<AddedToken> added() {
    List<AddedToken> all = new ArrayList<>();
    for (AddedToken token : added) {
      if (token != null) {
        all.add(token);
      }
    }
    return all;
  }
}
