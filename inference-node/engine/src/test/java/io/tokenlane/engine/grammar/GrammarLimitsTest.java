package io.tokenlane.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.sample.TokenMask;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Schemas that are made to cost much: they are held with little, or refused by name. */
class GrammarLimitsTest {
  private static final int SMALL_STACK = 256 << 10;
  private static final int COMMON_STACK = 1 << 20;
  private static final Set<Integer> ENDS = Set.of(ByteTokenizer.END);

  private final ByteTokenizer tokenizer = new ByteTokenizer();
  private final TokenIndex index = new TokenIndex(tokenizer);

  static Stream<Arguments> large() {
    String name = "n".repeat(3000);
    return Stream.of(
        Arguments.of(
            "a long name beside others",
            "{\"properties\":{\"%s\":{\"type\":\"null\"}},\"additionalProperties\":true}"
                .formatted(name),
            "{\"%s\":1}".formatted(name + "m")),
        Arguments.of(
            "many optional properties",
            "{\"properties\":{%s}}".formatted(joined(3000, i -> "\"p" + i + "\":{\"const\":1}")),
            "{\"p2999\":1}"),
        Arguments.of(
            "constants that begin with each other",
            "{\"enum\":[%s]}".formatted(joined(2000, i -> "\"" + "a".repeat(i) + "\"")),
            "\"aaaa\""),
        Arguments.of(
            "rounds that may be empty",
            "{\"type\":\"string\",\"pattern\":\"^(a?){10000}$\"}",
            "\"aa\""),
        Arguments.of(
            "rounds that may be empty behind text",
            "{\"type\":\"string\",\"pattern\":\"^hello(a?){2000}$\"}",
            "\"helloaaa\""));
  }

  private static String joined(int count, IntFunction<String> part) {
    return IntStream.range(0, count).mapToObj(part).collect(Collectors.joining(","));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("large")
  void largeSchemasNeedNoDeepStack(String what, String schema, String valid) throws Exception {
    assertThat(onSmallStack(() -> permitted(grammar(schema), valid))).isTrue();
  }

  @Test
  void whyNothingFitsIsFoundHoweverFarItLies() throws Exception {
    String schema =
        "{\"properties\":{\"%s\":false},\"required\":[\"%<s\"]}".formatted("n".repeat(3000));
    assertThatThrownBy(() -> onSmallStack(() -> grammar(schema)))
        .hasRootCauseInstanceOf(GrammarException.class)
        .hasRootCauseMessage(
            "no finite value fits: /properties/%s: false (expected: at least one)"
                .formatted("n".repeat(3000)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"allOf\":[{\"$ref\":\"#\"}]} | over 400 schemas deep (expected: fewer)",
        "{\"pattern\":\"^b((([ab]{1,100}){1,100}){1,100}){1,100}c$\"}"
            + " | repeats inside each other come to 100000000 (expected: at most 1000)"
      })
  void whatWouldCostTooMuchIsRefusedByName(String schema, String message) {
    assertThatThrownBy(() -> grammar(schema))
        .isInstanceOf(SchemaException.class)
        .hasMessage(message);
  }

  @Test
  void theDeepestSchemasFitTheStackOfAnyThread() throws Exception {
    String places =
        joined(
            198,
            i -> "\"%d\":{\"properties\":{\"a\":{\"$ref\":\"#/$defs/%d\"}}}".formatted(i, i + 1));
    String schema =
        "{\"$defs\":{%s,\"198\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/0\"}".formatted(places);
    Grammar grammar = onStack(COMMON_STACK, () -> grammar(schema));
    assertThat(permitted(grammar, "{\"a\":{\"a\":{}}}")).isTrue();
  }

  @Test
  void repeatsOfEqualLengthInsideEachOtherAreFew() {
    Grammar grammar = grammar("{\"pattern\":\"^(([0-9]{2}){100}){100}$\"}");
    assertThat(permitted(grammar, "\"" + "12".repeat(10_000) + "\"")).isTrue();
    assertThat(permitted(grammar, "\"12\"")).isFalse();
  }

  @Test
  void textThatCanBeReadInTooManyWaysIsRefusedWhereItGetsSo() {
    Grammar grammar =
        grammar(
            """
            {"anyOf": [{"type": "array", "items": {"$ref": "#"}},
                       {"type": "array", "minItems": 1, "items": {"$ref": "#"}}]}\
            """);
    assertThatThrownBy(() -> permitted(grammar, "[".repeat(100)))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("(expected: fewer ways to read the same text)");
  }

  /** What is forgotten on the way is found again, the same. */
  @Test
  void forgettingChangesNoMask() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 50; i++) {
      Expr values = JsonSchema.values(new RandomSchemas(random).next());
      Grammar keeping = Grammar.compile(values, index, Long.MAX_VALUE);
      Grammar forgetting = Grammar.compile(values, index, 0);
      int tokens = keeping.sufficientTokens() + 50;
      TokenMask kept = keeping.mask(tokens, ENDS);
      TokenMask forgotten = forgetting.mask(tokens, ENDS);
      int id = -1;
      while (id != ByteTokenizer.END) {
        BitSet permitted = BitSet.valueOf(kept.permitted());
        assertThat(BitSet.valueOf(forgotten.permitted())).isEqualTo(permitted);
        id = permitted.nextSetBit(random.nextInt(permitted.length()));
        kept.accept(id);
        forgotten.accept(id);
      }
    }
  }

  /** Free text that is taken back leaves as many tokens for the object as there were. */
  @Test
  void whatIsTakenBackWasNeverSpent() {
    Grammar grammar =
        Grammar.compile(Expr.sequence(FreeText.through("<end>"), JsonSchema.anyObject()), index);
    byte[] free = "the free text".getBytes(StandardCharsets.UTF_8);
    int[] taken = tokenizer.encode(free);
    int[] closing = tokenizer.encode("<end>{".getBytes(StandardCharsets.UTF_8));
    TokenMask whole = grammar.mask(30, ENDS);
    TokenMask part = grammar.mask(30, ENDS);
    for (int id : taken) {
      part.accept(id);
    }
    part.takeBack(taken.length);
    for (int id : closing) {
      whole.accept(id);
      part.accept(id);
    }
    int member = tokenizer.encode("\"a\":".getBytes(StandardCharsets.UTF_8))[0];
    for (int left = 30 - closing.length; left > 0; left--) {
      BitSet permitted = BitSet.valueOf(whole.permitted());
      assertThat(BitSet.valueOf(part.permitted())).as("%d left", left).isEqualTo(permitted);
      int id = permitted.get(member) ? member : permitted.nextSetBit(0);
      whole.accept(id);
      part.accept(id);
    }
  }

  @Test
  void aGenerationOfManyStatesKeepsFew() {
    Expr values =
        JsonSchema.values(
            JsonMapper.shared()
                .readTree("{\"type\":\"string\",\"pattern\":\"^([a-z]{1,31} ?){1,32}$\"}"));
    Grammar grammar = Grammar.compile(values, index, 1 << 20);
    assertThat(permitted(grammar, "\"" + "a b".repeat(16) + "\"")).isTrue();
    assertThat(grammar.bytes()).isLessThan(4 << 20);
  }

  /** Each of these few characters stands for hundreds or thousands of nodes. */
  @ParameterizedTest
  @ValueSource(strings = {"{\"pattern\":\"^.{9000}$\"}", "{\"multipleOf\":997}"})
  void whatIsFarLargerThanItsTextIsRefusedBeforeItIsAllThere(String part) {
    String dots = part.replace(".{9000}", ".".repeat(9000));
    JsonNode schema =
        JsonMapper.shared()
            .readTree(
                "{\"properties\":{%s}}".formatted(joined(900, i -> "\"p" + i + "\":" + dots)));
    assertThatThrownBy(() -> JsonSchema.values(schema))
        .isInstanceOf(GrammarException.class)
        .hasMessage("grammar: over 1000000 nodes (expected: a smaller schema)");
  }

  @Test
  void schemasOfOneGrammarShareABudget() {
    NodeBudget budget = new NodeBudget();
    JsonNode schema =
        JsonMapper.shared().readTree("{\"pattern\":\"^%s$\"}".formatted("\\\\d".repeat(1000)));
    JsonSchema.values(schema, budget);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1000; i++) {
                JsonSchema.values(schema, budget);
              }
            })
        .isInstanceOf(GrammarException.class);
  }

  /** Written out, the places of this schema's parts are gigabytes. */
  @Test
  void longNamesAreNotRepeatedForEachPlaceBelowThem() {
    String open = "{\"properties\":{\"%s\":".formatted("n".repeat(40_000)).repeat(8);
    String below = joined(4000, i -> "\"p%d\":{\"type\":\"null\"},\"q%<d\":false".formatted(i));
    Grammar grammar = grammar(open + "{\"properties\":{" + below + "}}" + "}}".repeat(8));
    assertThat(permitted(grammar, "{}")).isTrue();
  }

  @Test
  void namesBesideOthersTakeLittle() {
    String names =
        joined(14, i -> "\"" + Character.toString('a' + i).repeat(500) + "\":{\"type\":\"null\"}");
    Grammar grammar =
        grammar("{\"properties\":{%s},\"additionalProperties\":true}".formatted(names));
    assertThat(grammar.bytes()).isLessThan(4 << 20);
    assertThat(permitted(grammar, "{\"" + "c".repeat(499) + "\":1}")).isTrue();
    assertThat(permitted(grammar, "{\"" + "c".repeat(500) + "\":1}")).isFalse();
  }

  private static <T> T onSmallStack(Callable<T> call) throws Exception {
    return onStack(SMALL_STACK, call);
  }

  private static <T> T onStack(int bytes, Callable<T> call) throws Exception {
    FutureTask<T> result = new FutureTask<>(call);
    Thread thread = new Thread(null, result, "of one stack", bytes);
    thread.start();
    return result.get();
  }

  private boolean permitted(Grammar grammar, String text) {
    TokenMask mask = grammar.mask(Integer.MAX_VALUE, ENDS);
    for (int id : tokenizer.encode(text.getBytes(StandardCharsets.UTF_8))) {
      if (!BitSet.valueOf(mask.permitted()).get(id)) {
        return false;
      }
      mask.accept(id);
    }
    return BitSet.valueOf(mask.permitted()).get(ByteTokenizer.END);
  }

  private Grammar grammar(String schema) {
    return Grammar.compile(JsonSchema.values(JsonMapper.shared().readTree(schema)), index);
  }
}
