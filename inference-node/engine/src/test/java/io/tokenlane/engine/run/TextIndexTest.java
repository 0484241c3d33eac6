package io.tokenlane.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextIndexTest {

  /**
   * What the index finds is what a search from the end finds, however the text grows or shrinks.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void findsWhatASearchFinds(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] tokens = new int[2000];
    TextIndex index = new TextIndex();
    int length = 0;
    while (length < 1900) {
      for (int more = random.nextInt(1, 6); more > 0; more--) {
        tokens[length++] = random.nextInt(6);
      }
      int most = random.nextInt(1, 9);
      int[] drafts = new int[16];
      int count = index.draft(tokens, length, drafts, most);
      int[] expected = searched(tokens, length, most);
      assertThat(Arrays.copyOf(drafts, count)).isEqualTo(expected);
    }
  }

  private static int[] searched(int[] tokens, int length, int most) {
    for (int end = length - 1; end >= 3; end--) {
      if (Arrays.equals(tokens, end - 3, end, tokens, length - 3, length)) {
        int[] found = new int[most];
        for (int i = 0; i < most; i++) {
          found[i] = end + i < length ? tokens[end + i] : found[end + i - length];
        }
        return found;
      }
    }
    return new int[0];
  }

  @Test
  void tokensThatWereTakenBackAreNotFound() {
    int[] tokens = {1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 0, 0};
    TextIndex index = new TextIndex();
    int[] drafts = new int[4];
    assertThat(index.draft(tokens, 11, drafts, 2)).isEqualTo(2);
    tokens[7] = 5;
    tokens[8] = 6;
    tokens[9] = 7;
    assertThat(index.draft(tokens, 10, drafts, 2)).isEqualTo(2);
    assertThat(drafts).startsWith(5, 6);
    tokens[3] = 3;
    tokens[4] = 4;
    assertThat(index.draft(tokens, 5, drafts, 2)).isZero();
  }
}
