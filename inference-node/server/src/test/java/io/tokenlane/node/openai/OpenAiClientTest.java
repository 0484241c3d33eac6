package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIIoException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonObject;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import io.tokenlane.node.TestNode;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** OpenAI's own client for Java, with nothing changed but the base URL. */
@ExtendWith(RunningNode.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiClientTest {
  private static final String MODEL = "tokenlane-demo";

  private final NodeClient node;
  private final OpenAIClient client;

  OpenAiClientTest(NodeClient node) {
    this.node = node;
    client = client(Duration.ofSeconds(60));
  }

  private OpenAIClient client(Duration timeout) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(node.base().resolve("/v1").toString())
        .apiKey("any")
        .timeout(timeout)
        .maxRetries(0)
        .build();
  }

  @AfterAll
  void close() {
    client.close();
  }

  private static ChatCompletionCreateParams.Builder ask(String question) {
    return ChatCompletionCreateParams.builder().model(MODEL).addUserMessage(question);
  }

  private static ChatCompletionFunctionTool tool(String name) {
    Map<String, Object> schema =
        Map.of(
            "type",
            "object",
            "properties",
            Map.of(
                "city", Map.of("type", "string", "enum", List.of("Paris", "Rome")),
                "days", Map.of("type", "integer", "minimum", 1, "maximum", 14)),
            "required",
            List.of("city", "days"),
            "additionalProperties",
            false);
    FunctionParameters.Builder parameters = FunctionParameters.builder();
    schema.forEach((key, value) -> parameters.putAdditionalProperty(key, JsonValue.from(value)));
    return ChatCompletionFunctionTool.builder()
        .function(
            FunctionDefinition.builder()
                .name(name)
                .description("Tells the weather")
                .strict(true)
                .parameters(parameters.build())
                .build())
        .build();
  }

  private static void checkArguments(ChatCompletionMessageFunctionToolCall call) {
    assertThat(call.id()).startsWith("call_");
    assertThat(call.function().name()).isIn("weather", "climate");
    JsonNode arguments = NodeClient.parse(call.function().arguments());
    assertThat(arguments.get("city").stringValue()).isIn("Paris", "Rome");
    assertThat(arguments.get("days").intValue()).isBetween(1, 14);
  }

  @Test
  void callsToolsAndAnswersWithTheirResults() {
    ChatCompletionCreateParams.Builder params =
        ask("How is the weather?")
            .temperature(1.5)
            .parallelToolCalls(false)
            .addTool(tool("weather"))
            .addTool(tool("climate"))
            .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED);
    ChatCompletion answer = client.chat().completions().create(params.build());
    ChatCompletion.Choice choice = answer.choices().getFirst();
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(choice.message().content()).isEmpty();
    ChatCompletionMessageFunctionToolCall call =
        choice.message().toolCalls().orElseThrow().getFirst().asFunction();
    checkArguments(call);

    params
        .addMessage(choice.message())
        .addMessage(
            ChatCompletionToolMessageParam.builder().toolCallId(call.id()).content("Sun.").build())
        .toolChoice(ChatCompletionToolChoiceOption.Auto.NONE);
    ChatCompletion second =
        client.chat().completions().create(params.maxCompletionTokens(5).build());
    assertThat(second.choices().getFirst().message().toolCalls()).isEmpty();
  }

  @Test
  void streamsToolCalls() {
    ChatCompletionCreateParams params =
        ask("How is the weather?")
            .temperature(2.0)
            .maxCompletionTokens(400)
            .addTool(tool("weather"))
            .addTool(tool("climate"))
            .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
            .build();
    ChatCompletionAccumulator all = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(params)) {
      chunks.stream().forEach(all::accumulate);
    }
    ChatCompletion.Choice choice = all.chatCompletion().choices().getFirst();
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(choice.message().toolCalls().orElseThrow())
        .isNotEmpty()
        .allSatisfy(call -> checkArguments(call.asFunction()));
  }

  @Test
  void givesJsonObjects() {
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                ask("Some JSON, please.")
                    .temperature(2.0)
                    .maxCompletionTokens(60)
                    .n(4)
                    .responseFormat(ResponseFormatJsonObject.builder().build())
                    .build());
    assertThat(answer.choices())
        .hasSize(4)
        .allSatisfy(
            choice ->
                assertThat(NodeClient.parse(choice.message().content().orElseThrow()).isObject())
                    .isTrue());
  }

  /** A class whose schema the client makes by itself. */
  public static final class Trip {
    public String city = "";

    /** A whole number of a schema may be of any size, and at such a temperature it is. */
    public BigInteger days = BigInteger.ZERO;

    public List<Stop> stops = List.of();

    /** A place on the way. */
    public static final class Stop {
      public String name = "";
      public boolean overnight;
    }
  }

  @Test
  void givesValuesOfAClass() {
    var answer =
        client
            .chat()
            .completions()
            .create(
                ask("Plan a trip.")
                    .temperature(1.8)
                    .maxCompletionTokens(200)
                    .responseFormat(Trip.class)
                    .build());
    Trip trip = answer.choices().getFirst().message().content().orElseThrow();
    assertThat(trip.city).isNotNull();
    assertThat(trip.stops).allSatisfy(stop -> assertThat(stop.name).isNotNull());
  }

  @Test
  void embeds() {
    CreateEmbeddingResponse both =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model(MODEL)
                    .inputOfArrayOfStrings(List.of("The capital of France", "A cat"))
                    .build());
    assertThat(both.data()).hasSize(2);
    List<Float> first = both.data().getFirst().embedding();
    assertThat(first.stream().mapToDouble(x -> x * x).sum()).isBetween(0.999, 1.001);
    assertThat(both.usage().promptTokens()).isPositive();
    CreateEmbeddingResponse one =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model(MODEL)
                    .input("The capital of France")
                    .build());
    assertThat(one.data().getFirst().embedding()).isEqualTo(first);
  }

  @Test
  void refusesAsOpenAiDoes() {
    assertThatThrownBy(
            () ->
                client
                    .chat()
                    .completions()
                    .create(
                        ask("x").putAdditionalBodyProperty("wizard", JsonValue.from(1)).build()))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            refusal -> {
              assertThat(refusal.code()).hasValue("unknown_parameter");
              assertThat(refusal.param()).hasValue("wizard");
            });
    assertThatThrownBy(() -> client.chat().completions().create(ask("x").model("gpt-9").build()))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void endsTheSequencesOfClientsThatTimeOutOrLeave() {
    Map<String, JsonValue> endless = Map.of("ignore_eos", JsonValue.from(true));
    ChatCompletionCreateParams params = ask("x").additionalBodyProperties(endless).n(8).build();
    OpenAIClient hasty = client(Duration.ofMillis(1));
    assertThatThrownBy(() -> hasty.chat().completions().create(params))
        .isInstanceOf(OpenAIIoException.class);
    hasty.close();
    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(params)) {
      assertThat(chunks.stream().findFirst()).isPresent();
    }
    TestNode.await(
        () -> node.get("/load").at("/named_metrics/num_requests_running").intValue() == 0);
  }
}
