package io.tokenlane.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.sample.TokenMask;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What single keywords permit and what they do not. */
class JsonSchemaTest {
  private static final int MOST_TOKENS = 1000;

  private final ByteTokenizer tokenizer = new ByteTokenizer();
  private final TokenIndex index = new TokenIndex(tokenizer);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"anyOf":[{"type":"integer","minimum":5,"maximum":4},{"type":"string"}]} | "x" | 4
          {"anyOf":[false,{"const":1}]} | 1 | 2
          {"type":["integer","string"],"minimum":5,"maximum":4} | "x" | 5
          {"type":"object","properties":{"a":false,"b":{"type":"null"}}} | {"b":null} | {"a":1}
          {"type":"array","items":false} | [] | [1]
          {"type":"array","items":{"type":"string","minLength":2,"maxLength":1}} | [] | [""]
          {"type":"string","maxLength":0} | "" | "a"
          {"type":"string","format":"uri","minLength":1,"maxLength":2083} | "http://a" | "a"
          {"type":"string","format":"uuid","minLength":36} | "00000000-0000-0000-0000-000000000000" | ""
          {"type":"integer","format":"int32"} | 2147483647 | 2147483648
          {"type":"integer","format":"uint8"} | 255 | -1
          {"type":"number","format":"double"} | 1.5 | "1"
          {"type":"number","multipleOf":0.5} | 12.5 | 12.4
          {"type":"number","multipleOf":2.5} | 5 | 4
          {"type":"number","multipleOf":0.25,"minimum":1,"maximum":2} | 1.75 | 2.25
          {"type":"integer","multipleOf":1.5} | 3 | 4
          {"type":"array","items":[{"type":"string"},{"type":"null"}],"additionalItems":false} | ["a",null] | ["a",null,1]
          {"$defs":{"a b":{"type":"string"}},"$ref":"#/$defs/a%20b","maxLength":1} | "x" | "xy"
          {"$defs":{"n":{"properties":{"c":{"$ref":"#/$defs/n","type":"object"}}}},"$ref":"#/$defs/n"} | {"c":{"c":{}}} | {"c":1}
          {"type":"string","contentMediaType":"text/plain","x-order":1} | "a" | 1
          {"properties":{"b":{"$ref":"#/properties/a/anyOf/0"},"a":{"type":"object","required":["x"],"properties":{"x":{"const":1}},"anyOf":[{"properties":{"y":{"const":2}}},{"properties":{"z":{"const":3}}}]}}} | {"b":{"y":2},"a":{"x":1,"y":2}} | {"b":{"y":2},"a":{"y":2}}
          {"properties":{"a":{"type":"object","required":["x"],"properties":{"x":{"const":1}},"anyOf":[{"properties":{"y":{"const":2}}},{"properties":{"z":{"const":3}}}]},"b":{"$ref":"#/properties/a/anyOf/0"}}} | {"a":{"x":1,"y":2},"b":{"y":2}} | {"a":{"y":2},"b":{"y":2}}
          {"allOf":[{"required":["a"]},{"properties":{"a":{"const":1}}},{"required":["b"]},{"properties":{"b":{"const":2}}},{"required":["b"]},{"required":["c"]},{"properties":{"c":{"const":3}}}]} | {"a":1,"b":2,"c":3} | {"a":1,"b":2}
          {"oneOf":[{"type":"object","properties":{"k":{"const":1}}},{"type":"object","properties":{"k":{"const":2}}}]} | {"k":2} | {}
          """)
  void permits(String schema, String valid, String invalid) {
    assertThat(permitted(schema, valid)).as(valid).isTrue();
    assertThat(permitted(schema, invalid)).as(invalid).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"minimum\":1e400}",
        "{\"maximum\":-1e400}",
        "{\"multipleOf\":1e400}",
        "{\"const\":1e400}",
        "{\"enum\":[1,{\"a\":[-1e400]}]}",
        "{\"minItems\":1e400}"
      })
  void numbersThatAreTooLargeAreRefused(String schema) {
    assertThatThrownBy(() -> grammar(schema))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("(expected: ");
  }

  @Test
  void manyPartsAreMergedAndStayAsTheyAre() {
    StringBuilder parts = new StringBuilder();
    for (int i = 0; i < 6000; i++) {
      parts.append(
          "{\"required\":[\"a%1$d\"],\"properties\":{\"a%1$d\":{\"const\":1}}},".formatted(i));
    }
    JsonNode schema =
        JsonMapper.shared()
            .readTree("{\"allOf\":[%s{\"properties\":{\"b\":false}}]}".formatted(parts));
    JsonNode before = schema.deepCopy();
    Grammar grammar = Grammar.compile(JsonSchema.values(schema), index);
    assertThat(schema).isEqualTo(before);
    assertThat(grammar.sufficientTokens()).isGreaterThan(6000 * "\"a\":1,".length());
  }

  @Test
  void partsBeyondALimitAreRefused() {
    String schema = "{\"allOf\":[{}%s]}".formatted(",{}".repeat(10_000));
    assertThatThrownBy(() -> grammar(schema))
        .isInstanceOf(SchemaException.class)
        .hasMessage("10001 schemas (expected: at most 10000)");
  }

  @Test
  void saysWhyNothingIsLeft() {
    String schema =
        """
        {"anyOf": [{"type": "integer", "minimum": 5, "maximum": 4},
                   {"type": "object", "properties": {"a": false}, "required": ["a"]}]}\
        """;
    assertThatThrownBy(() -> grammar(schema))
        .isInstanceOf(GrammarException.class)
        .hasMessage(
            "no finite value fits: /anyOf/0: no number between its bounds (expected: at least"
                + " one)");
  }

  @Test
  void placesOfASchemaAreToldApartWithoutReadingThemAnew() {
    CountedNode shared = new CountedNode();
    shared.put("type", "null");
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.putObject("properties").set("a", shared);
    ArrayNode branches = schema.putArray("anyOf");
    for (int i = 0; i < 100; i++) {
      branches.addObject().putArray("required").add("a");
    }
    JsonSchema.values(schema);
    assertThat(shared.hashed).isZero();
  }

  private static final class CountedNode extends ObjectNode {
    private static final long serialVersionUID = 1L;

    private int hashed;

    CountedNode() {
      super(JsonNodeFactory.instance);
    }

    @Override
    public int hashCode() {
      hashed++;
      return super.hashCode();
    }

    @Override
    public boolean equals(Object other) {
      return super.equals(other);
    }
  }

  private boolean permitted(String schema, String text) {
    TokenMask mask = grammar(schema).mask(MOST_TOKENS, Set.of(ByteTokenizer.END));
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
