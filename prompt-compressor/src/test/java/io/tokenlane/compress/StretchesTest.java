package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Counting stretch by stretch gives what the encoding itself counts. */
class StretchesTest {
  private static final List<String> SCRAPS =
      List.of(
          "'",
          "'s",
          "'T",
          "'ll",
          "’s",
          " ",
          "  ",
          "\n",
          "\r\n",
          "\r",
          "\t",
          "/",
          "//",
          "5",
          "123",
          "4567",
          "²",
          "٣",
          "a",
          "B",
          "Cd",
          "word",
          "é",
          "e\u0301",
          "ǅ",
          "ß",
          "ʰ",
          "ª",
          "中",
          "文",
          "가",
          "각",
          "я",
          "Ж",
          "ひ",
          "カ",
          "กา",
          "«",
          "…",
          "¦",
          "\"",
          "\":",
          "{",
          "_",
          "-",
          "...",
          "$",
          "\u00a0",
          "\u2028",
          "\u3000",
          "\u0085",
          "\u200d",
          "\ud83d\ude00",
          "\u0000",
          "<|endoftext|>");

  @ParameterizedTest
  @EnumSource(
      value = EncodingType.class,
      mode = Mode.INCLUDE,
      names = {"O200K_BASE", "CL100K_BASE"})
  void countsAsTheEncodingItself(EncodingType type) {
    Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(type);
    TokenCounter counter = TokenCounters.named(type.getName());
    SplittableRandom random = new SplittableRandom(20261127);
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int scraps = random.nextInt(14); scraps > 0; scraps--) {
        text.append(SCRAPS.get(random.nextInt(SCRAPS.size())));
      }
      assertThat(counter.count(text.toString()))
          .as(text.toString())
          .isEqualTo(encoding.countTokensOrdinary(text.toString()));
    }
  }
}
