package io.tokenlane.node.openai;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the content of an answer must be.
 *
 * @param json whether it must be JSON
 * @param schema what the JSON must satisfy; null for any object
 */
record ResponseFormat(boolean json, @Nullable JsonNode schema) {
  /** Where the schema stands in the body. */
  static final String SCHEMA_PATH = "response_format.json_schema.schema";

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

  static ResponseFormat read(Fields body) {
    Fields format = body.object("response_format").orElse(null);
    if (format == null) {
      return new ResponseFormat(false, null);
    }
    String type = format.text("type").orElse("missing");
    return switch (type) {
      case "text" -> new ResponseFormat(false, null);
      case "json_object" -> new ResponseFormat(true, null);
      case "json_schema" -> new ResponseFormat(true, schema(format));
      default ->
          throw ApiException.field(
              "response_format.type", type, "text, json_object or json_schema");
    };
  }

  private static @Nullable JsonNode schema(Fields format) {
    Fields described =
        format
            .object("json_schema")
            .orElseThrow(
                () -> ApiException.field("response_format.json_schema", "missing", "an object"));
    String name = described.text("name").orElse("missing");
    if (described.value("name") == null || !NAME.matcher(name).matches()) {
      throw ApiException.field(
          "response_format.json_schema.name", name, "1 to 64 letters, digits, _ or -");
    }
    described.text("description");
    described.flag("strict", false);
    return described.value("schema");
  }
}
