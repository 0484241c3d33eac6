package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

class JsonStageTest {
  private static final CompressionPolicy JSON = new CompressionPolicy(Set.of(Rule.JSON_MINIFY), 0);

  private final PromptCompressor compressor =
      new PromptCompressor(TokenCounters.named("o200k_base"));

  private String compressed(String text) {
    Compression result = compressor.compress(text, JSON);
    assertThat(compressor.restore(result.text(), result.tag())).isEqualTo(text);
    return result.text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\n  \"a\": [\n    1,\n    -0,\n    1.50\n  ],\n  \"b\": {},\n  \"b\": []\n}",
        "{\n\t\"a\": [\n\t\t1,\n\t\t-0,\n\t\t1.50\n\t],\n\t\"b\": {},\n\t\"b\": []\n}",
        "{\r\n    \"a\":[\r\n        1,\r\n        -0,\r\n        1.50\r\n    ],"
            + "\r\n    \"b\":{},\r\n    \"b\":[]\r\n}",
        "{\n\"a\": [\n1,\n-0,\n1.50\n],\n\"b\": {},\n\"b\": []\n}",
        "{\n       \"a\": [\n         1,\n         -0,\n         1.50\n       ],"
            + "\n       \"b\": {},\n       \"b\": []\n     }"
      })
  void anyRegularLayoutIsMinifiedAndComesBack(String block) {
    assertThat(compressed("Use this:\n" + block + "\nThanks."))
        .isEqualTo("Use this:\n{\"a\":[1,-0,1.50],\"b\":{},\"b\":[]}\nThanks.");
  }

  @Test
  void stringsNumbersAndOrderStayAsWritten() {
    String minified =
        "{\"z\":12345678901234567890123,\"a\":\"\\u00e9 \\/ é \\\" { , : \",\"a\":1E400}";
    JsonStyle style = new JsonStyle(true, false, false, true, false, 4, 0);
    assertThat(compressed(style.print(minified))).isEqualTo(minified);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 4})
  void minifiedJsonDecodesToEqualValues(long seed) {
    AnyText texts = new AnyText(new SplittableRandom(seed));
    JsonMapper mapper =
        JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    for (int i = 0; i < 2_000; i++) {
      String block = texts.json();
      String visible = compressed(block);
      assertThat(mapper.readTree(visible)).isEqualTo(mapper.readTree(block));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\n  \"a\": 1,\n    \"b\": 2,\n  \"c\": [1,  2, 3, 4, 5]\n}",
        "{\n  \"a\": NaN,\n  \"b\": Infinity,\n  \"c\": 'x'\n}",
        "{\n  \"a\": 01,\n  \"b\": +1,\n  \"c\": .5,\n  \"d\": 1.\n}",
        "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": \"open\n}",
        "```python\nx = {\n    \"a\": 1,\n    \"b\": [\n        2,\n        3\n    ]\n}\n```",
        "{{name}} {x} [y] {} [] {\"a\": {{b}}}"
      })
  void whatIsIrregularOrNoJsonOrCodeStays(String text) {
    assertThat(compressed(text)).isSameAs(text);
  }

  @Test
  void aFenceThatSaysJsonHoldsData() {
    assertThat(compressed("```json\n{\n  \"a\": 1,\n  \"b\": [\n    2,\n    3\n  ]\n}\n```\n"))
        .isEqualTo("```json\n{\"a\":1,\"b\":[2,3]}\n```\n");
  }

  @Test
  void blocksOfDifferentStylesKeepTheirOwn() {
    String two = "{\n  \"a\": 1,\n  \"b\": [\n    2\n  ],\n  \"c\": 3\n}";
    String one = two.replace("  ", " ");
    String dense = "{\"a\":1,\"b\":[2],\"c\":3}";
    assertThat(compressed(two + "\n" + one + "\n" + dense + "\n" + one + "\n" + two))
        .isEqualTo((dense + "\n").repeat(5).strip());
  }

  @Test
  void completeValuesInsideABrokenOneCount() {
    assertThat(compressed("[\n{\n  \"a\": 1,\n  \"b\": [\n    2\n  ],\n  \"c\": 3\n},\n oops"))
        .isEqualTo("[\n{\"a\":1,\"b\":[2],\"c\":3},\n oops");
  }
}
