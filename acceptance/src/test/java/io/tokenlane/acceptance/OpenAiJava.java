package io.tokenlane.acceptance;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** {@code com.openai:openai-java}. */
final class OpenAiJava implements ChatClient {

  private static <T> T with(Setup setup, Function<OpenAIClient, T> use) {
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(setup.url())
            .apiKey(setup.key())
            .timeout(setup.timeout())
            .maxRetries(setup.retries())
            .build();
    try {
      return use.apply(client);
    } finally {
      client.close();
    }
  }

  private static ChatCompletionCreateParams.Builder asking(Setup setup, String question) {
    return ChatCompletionCreateParams.builder()
        .model(setup.model())
        .temperature(0.0)
        .addUserMessage(question);
  }

  private static ChatCompletionMessage message(Setup setup, ChatCompletionCreateParams params) {
    return with(
        setup, client -> client.chat().completions().create(params).choices().getFirst().message());
  }

  @Override
  public String chat(Setup setup, String question) {
    return message(setup, asking(setup, question).build()).content().orElseThrow();
  }

  @Override
  public List<String> stream(Setup setup, String question) {
    return with(
        setup,
        client -> {
          try (StreamResponse<ChatCompletionChunk> chunks =
              client.chat().completions().createStreaming(asking(setup, question).build())) {
            return chunks.stream()
                .flatMap(chunk -> chunk.choices().stream())
                .flatMap(choice -> choice.delta().content().stream())
                .toList();
          }
        });
  }

  @Override
  public void hangUp(Setup setup, String question) {
    var _ =
        with(
            setup,
            client -> {
              try (StreamResponse<ChatCompletionChunk> chunks =
                  client.chat().completions().createStreaming(asking(setup, question).build())) {
                return chunks.stream().findFirst().orElseThrow();
              }
            });
  }

  @Override
  public String tool(Setup setup, String question) {
    FunctionParameters parameters =
        FunctionParameters.builder()
            .putAdditionalProperty("type", JsonValue.from("object"))
            .putAdditionalProperty(
                "properties",
                JsonValue.from(
                    Map.of("city", Map.of("type", "string", "enum", List.of("Paris", "Rome")))))
            .putAdditionalProperty("required", JsonValue.from(List.of("city")))
            .build();
    ChatCompletionMessage message =
        message(
            setup,
            asking(setup, question)
                .addFunctionTool(
                    FunctionDefinition.builder().name(TOOL).parameters(parameters).build())
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                .parallelToolCalls(false)
                .build());
    var call = message.toolCalls().orElseThrow().getFirst().asFunction().function();
    return call.name() + call.arguments();
  }

  @Override
  public String json(Setup setup, String question) {
    ResponseFormatJsonSchema.JsonSchema.Schema schema =
        ResponseFormatJsonSchema.JsonSchema.Schema.builder()
            .additionalProperties(
                Http.JSON.convertValue(Http.JSON.readTree(SCHEMA), Schemas.MAP).entrySet().stream()
                    .collect(Schemas.values()))
            .build();
    return message(
            setup,
            asking(setup, question)
                .temperature(1.0)
                .responseFormat(
                    ResponseFormatJsonSchema.builder()
                        .jsonSchema(
                            ResponseFormatJsonSchema.JsonSchema.builder()
                                .name("person")
                                .strict(true)
                                .schema(schema)
                                .build())
                        .build())
                .build())
        .content()
        .orElseThrow();
  }

  @Override
  public float[] embed(Setup setup, String text) {
    List<Float> vector =
        with(
            setup,
            client ->
                client
                    .embeddings()
                    .create(
                        EmbeddingCreateParams.builder().model(setup.model()).input(text).build())
                    .data()
                    .getFirst()
                    .embedding());
    float[] values = new float[vector.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = vector.get(i);
    }
    return values;
  }

  @Override
  public void wrong(Setup setup) {
    var _ = message(setup, asking(setup, "Hello").temperature(-1.0).build());
  }

  @Override
  public int status(Throwable failure) {
    return switch (failure) {
      case OpenAIServiceException said -> said.statusCode();
      case OpenAIIoException io -> 0;
      default -> -1;
    };
  }
}
