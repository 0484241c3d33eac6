package io.tokenlane.node.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextTrieTest {
  private final SplittableRandom random = new SplittableRandom(5);

  @Test
  void findsWhatAPatternOfAllTextsFinds() {
    for (int i = 0; i < 2000; i++) {
      List<String> texts =
          IntStream.range(0, random.nextInt(1, 6))
              .mapToObj(n -> text(random.nextInt(1, 5)))
              .toList();
      String text = text(random.nextInt(20));
      assertThat(new TextTrie(texts).find(text))
          .as(texts + " in " + text)
          .isEqualTo(byPattern(texts, text));
    }
  }

  /** Tried one by one at each place, these are sixteen thousand million. */
  @Test
  void aTextMayBeginLikeAThousandOthersEverywhere() {
    List<String> texts = IntStream.range(0, 1000).mapToObj(i -> "<|special_" + i + "|>").toList();
    TextTrie trie = new TextTrie(texts);
    String text = "<".repeat(16 << 20);
    assertThat(trie.find(text)).isEmpty();
    assertThat(trie.find(text + "|special_7|>"))
        .containsExactly(new TextTrie.Place(text.length() - 1, text.length() + 12));
  }

  @Test
  void ofNoTextsNothingIsFound() {
    assertThat(new TextTrie(List.of()).find("a")).isEmpty();
  }

  private String text(int length) {
    return IntStream.range(0, length)
        .mapToObj(i -> String.valueOf("ab<".charAt(random.nextInt(3))))
        .collect(Collectors.joining());
  }

  private static List<TextTrie.Place> byPattern(List<String> texts, String text) {
    String all =
        texts.stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));
    Matcher matcher = Pattern.compile(all).matcher(text);
    List<TextTrie.Place> places = new ArrayList<>();
    while (matcher.find()) {
      places.add(new TextTrie.Place(matcher.start(), matcher.end()));
    }
    return places;
  }
}
