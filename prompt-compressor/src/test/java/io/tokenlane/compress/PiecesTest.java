package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How texts are cut, to count them and to find what returns in them. */
class PiecesTest {
  private static final String[] SCRAPS = {
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "a",
    "B",
    "the",
    "'s",
    "'",
    "/",
    "//",
    ",",
    "é",
    "中",
    "1",
    "12345",
    "\u2028",
    "\ud83d\ude00",
    "\ude00",
    ".",
    "{\"",
    "THE",
    "Foo",
    "e\u0301",
    "\u0301",
    "\u00a0",
    "\u0085",
    "한",
    "¦",
    "\ufeff",
    "\u200b",
    "\u180e",
    "_",
    "-",
    "{{x}}",
    "${y}",
    "{%z%}"
  };

  private static String scraps(SplittableRandom random) {
    return random
        .ints(random.nextInt(20), 0, SCRAPS.length)
        .mapToObj(scrap -> SCRAPS[scrap])
        .collect(Collectors.joining());
  }

  /** JTokkit asserts that what it counts has no half of a surrogate pair alone. */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static List<String> pieces(String text) {
    PieceScanner scanner = new PieceScanner(text, new java.util.BitSet());
    List<String> pieces = new ArrayList<>();
    for (int start = 0; start < text.length(); start = scanner.end()) {
      scanner.scan(start);
      pieces.add(text.substring(start, scanner.end()));
    }
    return pieces;
  }

  @ParameterizedTest
  @EnumSource(names = {"O200K_BASE", "CL100K_BASE"})
  void countingInStretchesCountsTheSame(EncodingType type) {
    Encoding whole = Encodings.newLazyEncodingRegistry().getEncoding(type);
    TokenCounter counter = TokenCounters.named(type.getName());
    SplittableRandom random = new SplittableRandom(21);
    AnyText texts = new AnyText(random);
    for (int i = 0; i < 20_000; i++) {
      String text = wellFormed(i % 10 == 0 ? texts.next() : scraps(random));
      assertThat(counter.count(text)).as("text %s", i).isEqualTo(whole.countTokensOrdinary(text));
    }
  }

  @Test
  void everyCharacterIsInOnePieceAndPairsStayWhole() {
    SplittableRandom random = new SplittableRandom(22);
    for (int i = 0; i < 5_000; i++) {
      String text = scraps(random);
      List<String> pieces = pieces(text);
      assertThat(String.join("", pieces)).isEqualTo(text);
      assertThat(pieces).doesNotContain("");
      int points = pieces.stream().mapToInt(piece -> piece.codePointCount(0, piece.length())).sum();
      assertThat(points).as("text %s", i).isEqualTo(text.codePointCount(0, text.length()));
    }
  }

  @Test
  void cutsWhereTokenizersCut() {
    assertThat(pieces("{\"order_id\": 12345,\n    fooBar's (x) 数据 {{ a b }}\"${c.d}, {no}"))
        .containsExactly(
            "{\"",
            "order",
            "_id",
            "\":",
            " ",
            "123",
            "45",
            ",\n",
            "   ",
            " foo",
            "Bar",
            "'s",
            " (",
            "x",
            ")",
            " ",
            "数",
            "据",
            " ",
            "{{ a b }}",
            "\"",
            "${c.d}",
            ",",
            " ",
            "{no}");
  }
}
