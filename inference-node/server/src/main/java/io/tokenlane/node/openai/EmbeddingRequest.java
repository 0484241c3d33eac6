package io.tokenlane.node.openai;

import io.tokenlane.node.load.LoadedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;

/**
 * The body of {@code POST /v1/embeddings}.
 *
 * @param inputs token ids of each text
 * @param base64 whether vectors are sent as the bytes of their floats
 * @param dimensions of the vectors: the first ones of the model's
 */
record EmbeddingRequest(List<int[]> inputs, boolean base64, int dimensions) {
  private static final int MOST_INPUTS = 2048;
  private static final Set<String> PARAMETERS =
      Set.of(
          "model",
          "input",
          "encoding_format",
          "dimensions",
          "user",
          "add_special_tokens",
          "tokenlane");
  private static final String EXPECTED =
      "a string, an array of strings, of token ids, or of arrays of token ids";

  static EmbeddingRequest read(Fields body, LoadedModel model) {
    for (String name : body.names()) {
      if (!PARAMETERS.contains(name)) {
        throw ApiException.unknown(name);
      }
    }
    body.text("user");
    body.choice("encoding_format", List.of("float", "base64"));
    int hidden = model.engine().model().config().hiddenSize();
    return new EmbeddingRequest(
        inputs(body, model),
        body.text("encoding_format").orElse("float").equals("base64"),
        body.integer("dimensions", 1, hidden).orElse(hidden));
  }

  private static List<int[]> inputs(Fields body, LoadedModel model) {
    JsonNode input = body.required("input", EXPECTED);
    if (!input.isArray() || input.isEmpty() || input.get(0).isNumber()) {
      return List.of(tokens("input", input, body, model));
    }
    if (input.size() > MOST_INPUTS) {
      throw ApiException.field("input", input.size() + " texts", "at most " + MOST_INPUTS);
    }
    List<int[]> inputs = new ArrayList<>();
    for (int i = 0; i < input.size(); i++) {
      inputs.add(tokens("input[" + i + "]", input.get(i), body, model));
    }
    return inputs;
  }

  private static int[] tokens(String path, JsonNode node, Fields body, LoadedModel model) {
    int[] ids =
        switch (node.getNodeType()) {
          case STRING ->
              model
                  .prompts()
                  .raw(node.stringValue(), body.flag("add_special_tokens", true))
                  .tokens();
          case ARRAY -> TokenIds.read(path, node, model.tokenizer().vocabularySize());
          default -> throw ApiException.field(path, node, EXPECTED);
        };
    boolean empty = node.isString() ? node.stringValue().isEmpty() : ids.length == 0;
    if (empty || ids.length == 0) {
      throw ApiException.field(path, node, "at least one token");
    }
    if (ids.length > model.contextLength()) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST,
          "%s: %d tokens (expected: at most the context of %d tokens)"
              .formatted(path, ids.length, model.contextLength()),
          path,
          "context_length_exceeded");
    }
    return ids;
  }
}
