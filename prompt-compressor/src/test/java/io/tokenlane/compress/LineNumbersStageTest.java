package io.tokenlane.compress;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineNumbersStageTest {
  private static final Protection NONE = Protection.NONE;

  private final TokenCounter counter = TokenCounters.named("o200k_base");
  private final LineNumbersStage stage = new LineNumbersStage();

  private static String lines(String text) {
    return text.replace('~', '\n');
  }

  @ParameterizedTest
  @CsvSource({
    "File:~7:a~8:  b~9:~10:c~end, File:~7…10:a~  b~~c~end",
    "' 8|a~ 9|b~10|c~11|d~', ' 8…11|a~b~c~d~'",
    "98:a~99:b~100:c~101:, 98…101:a~b~c~"
  })
  void numbersAreToldOnce(String text, String expected) {
    Stage.Staged staged = requireNonNull(stage.apply(lines(text), counter, NONE));
    assertThat(staged.text()).isEqualTo(lines(expected));
    assertThat(stage.undo(staged.text(), staged.parameters())).isEqualTo(lines(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1:a~2:b~3:c~",
        "1:a~2:b~4:c~5:d~",
        "9:30 a~10:30 b~11:30 c~12:30 d~",
        "1. a~2. b~3. c~4. d~",
        "```~1:a~2:b~3:c~4:d~```~",
        "1…4:a~b~c~d~1:a~2:b~3:c~4:d~",
        ""
      })
  void whatIsNoListingStays(String text) {
    assertThat(stage.apply(lines(text), counter, NONE)).isNull();
  }

  @Test
  void aForgedMarkEndsWithTheText() {
    assertThat(stage.undo("1…999999:a\nb\n", new byte[0])).hasSizeLessThan(40);
    assertThatIllegalArgumentException().isThrownBy(() -> stage.undo("1…2:a", new byte[1]));
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 20261127})
  void anyListingComesBack(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AnyText texts = new AnyText(random);
    PromptCompressor compressor = new PromptCompressor(counter);
    Invariants invariants =
        new Invariants(compressor, counter, CompressionPolicy.DEEP.withMinimumChars(0));
    int told = 0;
    for (int i = 0; i < 300; i++) {
      String text = texts.next() + numbered(texts.next() + texts.next(), random);
      Compression sent = invariants.check(text, "seed " + seed + " text " + i);
      told += sent.savings().stream().anyMatch(s -> s.rule() == Rule.LINE_NUMBERS) ? 1 : 0;
    }
    assertThat(told).isGreaterThan(30);
    assertThat(compressor.failures()).isZero();
  }

  private static String numbered(String text, SplittableRandom random) {
    String[] lines = text.split("\n", -1);
    int first = random.nextInt(120);
    String format = random.nextBoolean() ? "%d:%s" : "%4d|%s";
    return IntStream.range(0, lines.length)
        .mapToObj(i -> String.format(format, first + i, lines[i]))
        .collect(Collectors.joining("\n"));
  }
}
