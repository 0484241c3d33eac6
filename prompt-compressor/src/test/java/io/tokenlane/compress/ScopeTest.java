package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScopeTest {
  private static String word(int number) {
    return " " + (char) ('a' + number / 26) + (char) ('a' + number % 26);
  }

  /** Two letters a word, each a piece. */
  private static String words(int count, long seed) {
    return new SplittableRandom(seed)
        .ints(count, 0, 26 * 26)
        .mapToObj(ScopeTest::word)
        .collect(Collectors.joining());
  }

  private static int latest(Scope scope, String start) {
    int[] kinds = scope.kindsOf(start);
    return scope.latest(kinds, 0, kinds.length);
  }

  /** The latest of all places where so many stand in a row, as a map of them tells. */
  @Test
  void theLatestPlaceIsFound() {
    int[] pieces = new SplittableRandom(3).ints(20_000, 0, 30).toArray();
    for (int length = Scope.SHORTEST_START; length <= Scope.LONGEST_START; length++) {
      Starts starts = new Starts(length);
      Map<List<Integer>, Integer> plain = new HashMap<>();
      for (int at = 0; at + length <= pieces.length; at++) {
        List<Integer> start = IntStream.range(at, at + length).mapToObj(i -> pieces[i]).toList();
        assertThat(starts.latest(pieces, pieces, at)).isEqualTo(plain.getOrDefault(start, -1));
        plain.put(start, at);
        starts.add(pieces, at);
      }
    }
  }

  @Test
  void soManyPiecesAreKeptAndNoMore() {
    Scope scope = new Scope();
    String first = " the very first words";
    String last = " the very last words";
    scope.add(first + words(Scope.MOST_PIECES - 8, 1) + last, Map.of());
    scope.add(" another message" + words(100, 2), Map.of('x', " the very last words"));

    assertThat(latest(scope, first)).isZero();
    assertThat(latest(scope, last)).isEqualTo(Scope.MOST_PIECES - 4);
    assertThat(latest(scope, " another message")).isEqualTo(-1);
    assertThat(scope.named('x')).isEqualTo(" the very last words");
  }

  /** What is not kept is written out; what was, and the names, go on as before. */
  @Test
  void aConversationBeyondTheBoundGoesOn() {
    PromptCompressor compressor = new PromptCompressor(TokenCounters.named("o200k_base"));
    CompressionPolicy policy = CompressionPolicy.DEEP.withMinimumChars(0);
    Conversation conversation = new Conversation(compressor);
    Conversation reader = new Conversation(compressor);
    String head = "State of the warehouse: 17 boxes of tea, 4 of coffee, none of sugar left today.";
    String tail = "Green cups sold out on Monday; blue ones wait near gate number seven in a box.";
    String lines = "Each order has to be confirmed in writing by the customer. ".repeat(9);
    String big = head + words(Scope.MOST_PIECES, 4) + "\n" + tail;
    for (String text : List.of(lines, big, "Once more: " + head, "And: " + tail, lines, big)) {
      Turn turn = new Turn("user", text);
      Compression sent = conversation.next(turn, policy);
      assertThat(reader.restore(new Turn("user", sent.text()), sent.tag()).equals(text)).isTrue();
      assertThat(sent.text().contains("coffee")).isEqualTo(text.equals(big));
      assertThat(sent.text().contains("Monday")).isEqualTo(text.contains(tail));
    }
    assertThat(compressor.failures()).isZero();
  }
}
