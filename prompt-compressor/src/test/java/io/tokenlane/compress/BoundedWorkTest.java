package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts made to be slow: they end, and count only a bounded multiple of their own length. */
class BoundedWorkTest {
  private static final int LENGTH = 200_000;

  static List<String> hostileTexts() {
    SplittableRandom random = new SplittableRandom(12);
    String fibonacci = fibonacci("left ", "left right ", LENGTH);
    String twoWords =
        random
            .ints(LENGTH / 4, 0, 2)
            .mapToObj(bit -> bit == 0 ? "foo " : "bar ")
            .collect(Collectors.joining());
    return List.of(
        "a".repeat(LENGTH),
        " ".repeat(LENGTH),
        "\n".repeat(LENGTH),
        "[".repeat(LENGTH),
        "{\"a\":".repeat(LENGTH / 5),
        "[[1,2],".repeat(LENGTH / 7),
        "{{".repeat(LENGTH / 2),
        "\"".repeat(LENGTH),
        "`\n".repeat(LENGTH / 2),
        "\\\"".repeat(LENGTH / 2),
        "x\n\n".repeat(LENGTH / 3),
        "1: x\n".repeat(LENGTH / 5),
        "```\n".repeat(LENGTH / 4),
        "same words ".repeat(LENGTH / 11),
        "line one\n\n\nline two\n".repeat(LENGTH / 20),
        "1:a\n2:b\n3:c\n4:d\n```\n```\n".repeat(LENGTH / 24),
        "1…9:a\n".repeat(LENGTH / 6),
        "Legend, symbol=text:\n§=".repeat(LENGTH / 23),
        twoWords,
        fibonacci);
  }

  private static String fibonacci(String before, String last, int length) {
    while (last.length() < length) {
      String next = last + before;
      before = last;
      last = next;
    }
    return last;
  }

  @ParameterizedTest
  @MethodSource("hostileTexts")
  void hostileTextsCostABoundedMultiple(String text) {
    AtomicLong counted = new AtomicLong();
    TokenCounter real = TokenCounters.named("o200k_base");
    TokenCounter counter =
        new TokenCounter() {
          @Override
          public String encoding() {
            return real.encoding();
          }

          @Override
          public int count(String part) {
            counted.addAndGet(part.length());
            return real.count(part);
          }
        };
    PromptCompressor compressor = new PromptCompressor(counter);
    for (CompressionPolicy policy : List.of(CompressionPolicy.LOSSLESS, CompressionPolicy.DEEP)) {
      counted.set(0);
      Compression result = compressor.compress(text, policy);
      assertThat(compressor.restore(result.text(), result.tag()).equals(text)).isTrue();
      assertThat(compressor.failures()).isZero();
      assertThat(counted.get()).isLessThan(20L * text.length());
    }
  }

  /** Phrases as long as the text, in places without end: no free stretch is walked for each. */
  @Test
  void longRepetitionsOfEachOtherEnd() {
    String text = fibonacci("a ", "b ", 4 * LENGTH);
    PromptCompressor compressor = new PromptCompressor(TokenCounters.named("o200k_base"));
    Compression result = compressor.compress(text, CompressionPolicy.DEEP);
    assertThat(compressor.restore(result.text(), result.tag()).equals(text)).isTrue();
    assertThat(result.ratio()).isGreaterThan(0.9);
  }

  /** No mark is tried on both sides of a word's end. */
  @Test
  void wordsOfMarksAreReadOnce() {
    String marks = "’".repeat(2 * LENGTH) + "#";
    assertThat(Prose.guarded(marks, Protection.NONE).cardinality()).isEqualTo(marks.length());
    String prose = "(“the clerk’s” *note*, it’s’’’”) ‘tis. ";
    assertThat(Prose.guarded(prose, Protection.NONE).cardinality()).isLessThan(prose.length());
  }
}
