package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.compress.Reduction.Level;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

  /** Bits that count how far they are looked through. */
  private static final class LookedThrough extends BitSet {
    private static final long serialVersionUID = 1;

    private final int length;
    private long steps;

    LookedThrough(BitSet guarded, int length) {
      super(length);
      this.length = length;
      or(guarded);
    }

    @Override
    public int nextSetBit(int from) {
      int next = super.nextSetBit(from);
      steps += 1 + (next < 0 ? length : next) - from;
      return next;
    }

    @Override
    public int nextClearBit(int from) {
      int next = super.nextClearBit(from);
      steps += 1 + next - from;
      return next;
    }
  }

  private static long steps(String text, BitSet guarded, BiConsumer<String, BitSet> reader) {
    LookedThrough counting = new LookedThrough(guarded, text.length());
    reader.accept(text, counting);
    return counting.steps;
  }

  private static void scan(PieceScanner scanner, int length) {
    for (int start = 0; start < length; start = scanner.end()) {
      scanner.scan(start);
    }
  }

  static List<BitSet> guards() {
    BitSet last = new BitSet();
    last.set(LENGTH - 1);
    BitSet half = new BitSet();
    half.set(LENGTH / 2);
    BitSet many = new BitSet();
    IntStream.range(0, LENGTH / 7).forEach(i -> many.set(7 * i));
    return List.of(new BitSet(), last, half, many);
  }

  /** Whoever reads a text with guarded spans looks for the next of them once. */
  @ParameterizedTest
  @MethodSource("guards")
  void guardsAreLookedForOnce(BitSet guarded) {
    TokenCounter counter = TokenCounters.named("o200k_base");
    String text = "the cat\n".repeat(LENGTH / 8);
    Map<String, BiConsumer<String, BitSet>> readers =
        Map.of(
            "units", (t, bits) -> Units.of(t, bits, counter),
            "pieces", (t, bits) -> scan(new PieceScanner(t, bits), t.length()),
            "reduction", (t, bits) -> new Reduction.Pass(t, bits, Level.SAFE, null).run(),
            "code", (t, bits) -> Prose.guardCode(bits, t));
    readers.forEach(
        (name, reader) ->
            assertThat(steps(text, guarded, reader)).as(name).isLessThan(4L * text.length()));
  }

  /** A word that guards cut is read once, not from each of its pieces to its end. */
  @Test
  void aWordWithManyGuardsIsReadOnce() {
    String word = "ab".repeat(LENGTH / 2);
    BitSet guarded = Protection.of(List.of("b")).in(word);
    ReadCounter reads = new ReadCounter(word);
    scan(new PieceScanner(reads, guarded), word.length());
    assertThat(reads.reads()).isLessThan(10L * word.length());
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
