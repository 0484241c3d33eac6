package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Held against JTokkit, of which it has the vocabulary. */
class BytePairsTest {
  private static final Encoding THEIRS =
      Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
  private static final BytePairs OURS = JtokkitCounter.o200k();

  @Test
  void countsAnyCharactersAsJtokkitDoes() {
    Random random = new Random(7);
    int[] ranges = {0x80, 0x250, 0x3000, 0x10000, 0x20000};
    for (int round = 0; round < 3_000; round++) {
      int[] characters = new int[random.nextInt(20)];
      for (int i = 0; i < characters.length; i++) {
        characters[i] = random.nextInt(ranges[random.nextInt(ranges.length)]);
      }
      String text = new String(characters, 0, characters.length);
      assertThat(OURS.count(text)).as(text).isEqualTo(THEIRS.countTokensOrdinary(text));
    }
  }

  @Test
  void countsLettersSignsAndBlanksInAnyOrder() {
    Random random = new Random(9);
    String[] parts = {
      "the", " of", "ing", "X", "é", "漢字", "\n", "\r\n", "  ", "\t", "'s", "'LL", "12345", "!=",
      "//", "🙂", "ß", "_", "http", "tion", "Ä", "\u0301", "ǅ", "٣", "\u2028"
    };
    for (int round = 0; round < 3_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      assertThat(OURS.count(text.toString()))
          .as(text.toString())
          .isEqualTo(THEIRS.countTokensOrdinary(text.toString()));
    }
  }

  @Test
  void countsLongPiecesWithoutBorders() {
    Random random = new Random(11);
    for (int length : new int[] {63, 64, 65, 66, 500, 3_000}) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < length; i++) {
        text.append((char) ('a' + random.nextInt(length < 100 ? 26 : 5)));
      }
      assertThat(OURS.count(text.toString()))
          .isEqualTo(THEIRS.countTokensOrdinary(text.toString()));
    }
  }

  @Test
  void ranksWordsThatAreOneToken() {
    for (String word : new String[] {"the", " the", "hello", "qqqzzz", "two words", "", "漢", "a"}) {
      IntArrayList tokens = THEIRS.encodeOrdinary(word);
      assertThat(OURS.rank(word))
          .as(word)
          .isEqualTo(tokens.size() == 1 ? tokens.get(0) : Integer.MAX_VALUE);
    }
  }
}
