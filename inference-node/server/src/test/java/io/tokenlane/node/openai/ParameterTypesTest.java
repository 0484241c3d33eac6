package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ParameterTypesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"string\"} | string",
        "{\"type\":[\"string\",\"null\"]} | string null",
        "{\"type\":\"number\"} | number integer",
        "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}],\"default\":null} | string null",
        "{\"oneOf\":[{\"type\":\"integer\"},{\"enum\":[\"a\"]}]} | integer string",
        "{\"enum\":[\"1\",\"2\"]} | string",
        "{\"type\":[\"string\",\"integer\"],\"enum\":[\"1\",null]} | string",
        "{\"const\":\"x\"} | string",
        "{\"$ref\":\"#/$defs/Text\"} | string",
        "{\"allOf\":[{\"$ref\":\"#/$defs/Text\"}],\"description\":\"x\"} | string",
        "{\"$ref\":\"#/$defs/a%20b\"} | boolean",
        "{\"$ref\":\"https://example.org/x\"} | ``",
        "{\"$ref\":\"#/properties/x\"} | ``",
        "{\"anyOf\":[{\"$ref\":\"#/properties/x\"},{\"$ref\":\"#/properties/x\"}]} | ``",
        "{\"anyOf\":[{\"type\":\"string\"},{}]} | ``",
        "{\"description\":\"anything\"} | ``",
        "true | ``",
      })
  void ofAnArgument(String schema, String types) {
    assertThat(types("{\"properties\":{\"x\":%s},%s}".formatted(schema, DEFINITIONS), "x"))
        .isEqualTo(set(types));
  }

  private static final String DEFINITIONS =
      "\"$defs\":{\"Text\":{\"type\":\"string\"},\"a b\":{\"type\":\"boolean\"}}";

  @Test
  void argumentsAreFoundWhereTheSchemaLeads() {
    String schema =
        """
        {"$ref": "#/$defs/Arguments", "$defs": {"Arguments":
          {"allOf": [{"properties": {"x": {"type": "string"}}}, {"properties": {"y": {}}}]}}}\
        """;
    assertThat(types(schema, "x")).containsExactly("string");
    assertThat(types(schema, "y")).isEmpty();
    assertThat(types(schema, "z")).isEmpty();
  }

  private static Set<String> types(String schema, String argument) {
    return ParameterTypes.of(JsonMapper.shared().readTree(schema), argument);
  }

  private static Set<String> set(String names) {
    return names.isEmpty() ? Set.of() : Set.of(names.split(" "));
  }
}
