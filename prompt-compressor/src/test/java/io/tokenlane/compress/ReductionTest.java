package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReductionTest {
  /**
   * What must not be lost: negations, modals, numbers, quotations, code, URLs, placeholders, ids.
   */
  private static final Pattern CRITICAL =
      Pattern.compile(
          "(?i)\\b(?:not|no|never|none|nor|without|cannot|can|could|may|might|must|shall|should|will|would|only|except|unless|if|or|all|any|every|each|\\w+n['’]t)\\b|\\b\\w*\\d[\\w.,:-]*\\b|(?<!\\w)\"(?=\\S)[^\"\\n"
              + "]{1,60}\"|`[^`\\n"
              + "]{1,60}`|https?://[^\\s)>\"]+|\\{\\{?[\\w. ]+}}?|<[^<>\\n"
              + "]{1,60}>|\\b\\w+_\\w+\\b");

  private final TokenCounter counter = TokenCounters.named("o200k_base");
  private final PromptCompressor compressor = new PromptCompressor(counter);

  private static CompressionPolicy policy(Reduction.Level level) {
    CompressionPolicy policy =
        switch (level) {
          case SAFE -> CompressionPolicy.SAFE;
          case AGGRESSIVE -> CompressionPolicy.MODERATE;
          case BACKGROUND -> CompressionPolicy.AGGRESSIVE;
        };
    return policy.withMinimumChars(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Return the order to the shop.|Return order shop.",
        "You are a clerk. The order is not late.|clerk. order not late.",
        "It must be the red one.|must be red one.",
        "A or B: the order|A or B: order",
        "It's the order which they've not seen.|order not seen.",
        "Call `the function` of the shop.|Call `the function` shop.",
        "Say \"the end is near\" to the guest.|Say \"the end is near\" guest.",
        "Use {{ the name }} in the mail to them.|Use {{ the name }} mail.",
        "for x in the_list: the(x) = a + b; c|for x in the_list: the(x) = a + b; c",
        "for line in the file:|for line in the file:",
        "30:for line in the file|30:for line in the file",
        "from the_lib import that as it|from the_lib import that as it",
        "answer of the shop: on|answer shop: on"
      })
  void grammarGoesMeaningStays(String text, String expected) {
    Reduction reduction = Reduction.of(text, Reduction.Level.SAFE, Protection.NONE, counter);
    assertThat(reduction.text()).isEqualTo(expected);
    assertThat(Reduction.restore(reduction.text(), reduction.sidecar())).isEqualTo(text);
  }

  private static final String POLICY =
      """
      - You should always offer the customer a new lamp, which is different from the old one, first.
      - Parcels of the Aachen shop: size, colour, weight, 17 pieces, and never more than that.
      For example, the clerk writes the number of each parcel, the name, and the day into the book.
      What is the size of the parcel in the shop, and who has seen it?
      """;

  @Test
  void factsStay() {
    Reduction reduction = reduced(Reduction.Level.AGGRESSIVE);
    assertThat(reduction.text())
        .contains("should always offer customer new lamp", "different", "first")
        .contains("Aachen shop: size colour weight, 17 pieces and never more")
        .contains("clerk writes number each parcel")
        .contains("What size parcel shop, who seen?")
        .doesNotContain("For example");
  }

  @Test
  void backgroundGoesButNoNameNoNumberAndNoQuestion() {
    Reduction reduction = reduced(Reduction.Level.BACKGROUND);
    assertThat(reduction.text())
        .contains("Aachen", "17 pieces", "should always", "never more", "clerk", "parcel")
        .contains("What size parcel shop, who seen?")
        .doesNotContain("colour")
        .doesNotContain(",,");
  }

  @Test
  void aShortTextIsReducedAsIfToBeSafe() {
    for (Reduction.Level level : Reduction.Level.values()) {
      assertThat(
              Reduction.of("what's the best capital of Australia", level, Protection.NONE, counter)
                  .text())
          .isEqualTo("what's best capital Australia");
    }
  }

  private Reduction reduced(Reduction.Level level) {
    Reduction reduction = Reduction.of(POLICY, level, Protection.NONE, counter);
    assertThat(Reduction.restore(reduction.text(), reduction.sidecar())).isEqualTo(POLICY);
    return reduction;
  }

  @ParameterizedTest
  @EnumSource(Reduction.Level.class)
  void realPromptsKeepWhatIsCriticalAndComeBack(Reduction.Level level) throws IOException {
    long bytes = 0;
    long sidecars = 0;
    for (Path file : prompts()) {
      String text = Files.readString(file);
      Reduction reduction = Reduction.of(text, level, Protection.NONE, counter);
      holdsInOrder(reduction.text(), critical(text), file.toString());
      Compression sent = check(text, level, file.toString());
      bytes += text.getBytes(StandardCharsets.UTF_8).length;
      sidecars += sent.sidecar().size();
    }
    assertThat(sidecars).isLessThan(level == Reduction.Level.SAFE ? bytes / 10 : bytes / 5);
    assertThat(compressor.failures()).isZero();
  }

  /**
   * Quotation marks pair differently where words between two of them went, so spans are looked for
   * rather than found anew.
   */
  private static void holdsInOrder(String text, List<String> spans, String name) {
    int at = 0;
    for (String span : spans) {
      Matcher found = Pattern.compile(whole(span)).matcher(text);
      boolean stands = found.find(at);
      assertThat(stands).as(name + ": " + span + " behind " + at).isTrue();
      at = found.end();
    }
  }

  /** Not a part of a longer word, where it is one. */
  private static String whole(String span) {
    boolean word = Character.isLetterOrDigit(span.charAt(0));
    boolean wordAtEnd = Character.isLetterOrDigit(span.charAt(span.length() - 1));
    return (word ? "(?<!\\w)" : "") + Pattern.quote(span) + (wordAtEnd ? "(?!\\w)" : "");
  }

  private static List<String> critical(String text) {
    return CRITICAL.matcher(text).results().map(MatchResult::group).toList();
  }

  private Compression check(String text, Reduction.Level level, String name) {
    Compression sent = compressor.compress(text, policy(level));
    assertThat(compressor.restore(sent.text(), sent.tag(), sent.sidecar()))
        .as(name)
        .isEqualTo(text);
    assertThat(sent.tokensAfter()).as(name).isLessThanOrEqualTo(counter.count(text));
    assertThat(compressor.compress(sent.text(), policy(level)).text())
        .as(name + ", twice")
        .isEqualTo(sent.text());
    return sent;
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 20261122})
  void holdsForAnyText(long seed) {
    AnyText texts = new AnyText(new SplittableRandom(seed));
    for (int i = 0; i < 400; i++) {
      String text = texts.next();
      for (Reduction.Level level : Reduction.Level.values()) {
        check(text, level, "seed " + seed + " text " + i);
      }
    }
    assertThat(compressor.failures()).isZero();
  }

  @Test
  void aSidecarOfAnotherTextIsRefused() {
    Reduction reduction =
        Reduction.of(
            "Return the order to the shop.", Reduction.Level.SAFE, Protection.NONE, counter);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reduction.restore("x", reduction.sidecar()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reduction.restore("x", new Sidecar(new byte[] {1, 2, 3})));
  }

  @Test
  void aNeighbourIsLookedForWhereItStandsAndNoFurther() {
    ReadCounter text = new ReadCounter("x\n\n".repeat(20_000) + " not");
    assertThat(Reduction.turnsBefore(text, 1)).isFalse();
    assertThat(Reduction.turnsBefore(text, text.length() - 4)).isTrue();
    assertThat(text.reads()).isLessThan(50);
  }

  private static List<Path> prompts() throws IOException {
    Path folder = Path.of(System.getProperty("tokenlane.shared", "missing"), "corpus", "prompts");
    assumeThat(folder).as("no corpus of prompts beside the project").isDirectory();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> Character.isDigit(file.getFileName().toString().charAt(0)))
          .filter(file -> !file.toString().endsWith(".vars.json"))
          .sorted()
          .toList();
    }
  }
}
