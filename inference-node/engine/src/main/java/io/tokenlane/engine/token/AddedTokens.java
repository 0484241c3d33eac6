package io.tokenlane.engine.token;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds added tokens in text: the first, of those the longest. */
final class AddedTokens {

  /** Takes a text apart. */
  interface Parts {
    void text(String text);

    void token(int id);
  }

  private static final class Node {
    private final Map<Character, Node> children = new HashMap<>();
    private @Nullable AddedToken token;
  }

  private final Node root = new Node();

  /**
   * @param normalizer applied to the text of tokens that are looked for in normalised text
   */
  AddedTokens(Collection<AddedToken> tokens, TextNormalizer normalizer) {
    for (AddedToken token : tokens) {
      Node node = root;
      String text = token.normalized() ? normalizer.apply(token.content()) : token.content();
      for (int i = 0; i < text.length(); i++) {
        node = node.children.computeIfAbsent(text.charAt(i), absent -> new Node());
      }
      node.token = token;
    }
  }

  /** Gives the tokens and the text between them, in order; no text is empty. */
  void split(String text, Parts parts) {
    int start = 0;
    int at = 0;
    while (at < text.length() && !root.children.isEmpty()) {
      AddedToken token = longestAt(text, at);
      int end = token == null ? at : endOf(token, text, at);
      if (token == null || (token.singleWord() && touchesWord(text, at, end))) {
        at++;
        continue;
      }
      int from = token.stripLeft() ? spaceBefore(text, start, at) : at;
      if (start < from) {
        parts.text(text.substring(start, from));
      }
      parts.token(token.id());
      start = token.stripRight() ? spaceBehind(text, end) : end;
      at = start;
    }
    if (start < text.length()) {
      parts.text(start == 0 ? text : text.substring(start));
    }
  }

  private @Nullable AddedToken longestAt(String text, int from) {
    AddedToken longest = null;
    Node node = root.children.get(text.charAt(from));
    for (int i = from + 1; node != null; i++) {
      longest = node.token == null ? longest : node.token;
      node = i < text.length() ? node.children.get(text.charAt(i)) : null;
    }
    return longest;
  }

  private int endOf(AddedToken token, String text, int from) {
    Node node = root;
    int end = from;
    int found = from;
    while (end < text.length()) {
      Node child = node.children.get(text.charAt(end));
      if (child == null) {
        break;
      }
      node = child;
      end++;
      found = token.equals(node.token) ? end : found;
    }
    return found;
  }

  private static boolean touchesWord(String text, int from, int to) {
    return (from > 0 && isWord(text.codePointBefore(from)))
        || (to < text.length() && isWord(text.codePointAt(to)));
  }

  private static boolean isWord(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.CONNECTOR_PUNCTUATION ->
          true;
      default -> Character.isAlphabetic(c) || Character.isDigit(c);
    };
  }

  private static int spaceBefore(String text, int least, int from) {
    int at = from;
    while (at > least && WhiteSpace.is(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static int spaceBehind(String text, int from) {
    int at = from;
    while (at < text.length() && WhiteSpace.is(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
