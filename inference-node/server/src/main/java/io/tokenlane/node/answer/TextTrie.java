package io.tokenlane.node.answer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds texts within a text, of those that begin at one place the longest. What a place costs is
 * bounded by the longest of them, however many there are. Never changes.
 */
final class TextTrie {
  private final Node root = new Node();

  private static final class Node {
    private final Map<Character, Node> children = new HashMap<>();
    private boolean ends;
  }

  /**
   * @param texts none of them empty
   */
  TextTrie(Collection<String> texts) {
    for (String text : texts) {
      Node node = root;
      for (int i = 0; i < text.length(); i++) {
        node = node.children.computeIfAbsent(text.charAt(i), absent -> new Node());
      }
      node.ends = true;
    }
  }

  /** One of the texts, from an index up to another. */
  record Place(int from, int to) {}

  /** All places from the left; none begins within another. */
  List<Place> find(String text) {
    List<Place> places = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int end = longestAt(text, at);
      if (end > at) {
        places.add(new Place(at, end));
      }
      at = Math.max(end, at + 1);
    }
    return places;
  }

  private int longestAt(String text, int from) {
    int end = from;
    Node node = root.children.get(text.charAt(from));
    for (int i = from + 1; node != null; i++) {
      end = node.ends ? i : end;
      node = i < text.length() ? node.children.get(text.charAt(i)) : null;
    }
    return end;
  }
}
