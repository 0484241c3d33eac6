package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatOptions;

/** The clients that teams on the JVM have beside OpenAI's, through the gateway to the nodes. */
class OtherClientsIT {
  private static final String MODEL = "tokenlane-demo";
  private static final String QUESTION = "What is the capital of France?";
  private static final String ANSWER = "The capital of France is Paris.";

  private static int port;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    port = SharedUp.get().port();
  }

  private static String host() {
    return "http://localhost:" + port;
  }

  @Test
  void anthropicsClientSendsMessages() {
    AnthropicClient client =
        AnthropicOkHttpClient.builder().baseUrl(host()).apiKey("any").maxRetries(0).build();
    MessageCreateParams params =
        MessageCreateParams.builder()
            .model(MODEL)
            .maxTokens(64)
            .putAdditionalBodyProperty("temperature", JsonValue.from(0))
            .addUserMessage(QUESTION)
            .build();

    Message message = client.messages().create(params);
    assertThat(message.content().getFirst().asText().text()).isEqualTo(ANSWER);
    assertThat(message.stopReason()).hasValue(StopReason.END_TURN);
    assertThat(message.usage().outputTokens()).isPositive();

    try (var events = client.messages().createStreaming(params)) {
      assertThat(streamed(events.stream().toList())).isEqualTo(ANSWER);
    }
    assertThatThrownBy(
            () -> client.messages().create(params.toBuilder().model("no-such-model").build()))
        .isInstanceOf(com.anthropic.errors.NotFoundException.class)
        .hasMessageContaining("no-such-model");
    client.close();
  }

  private static String streamed(List<RawMessageStreamEvent> events) {
    assertThat(events.getLast().isMessageStop()).isTrue();
    return events.stream()
        .filter(RawMessageStreamEvent::isContentBlockDelta)
        .map(event -> event.asContentBlockDelta().delta().asText().text())
        .collect(Collectors.joining());
  }

  @Test
  void openAisClientAsksForResponses() {
    OpenAIClient client =
        OpenAIOkHttpClient.builder().baseUrl(host() + "/v1").apiKey("any").maxRetries(0).build();
    ResponseCreateParams params =
        ResponseCreateParams.builder().model(MODEL).temperature(0.0).input(QUESTION).build();

    Response response = client.responses().create(params);
    assertThat(response.status()).hasValue(ResponseStatus.COMPLETED);
    assertThat(response.output().getFirst().asMessage().content().getFirst().asOutputText().text())
        .isEqualTo(ANSWER);
    assertThat(response.usage().orElseThrow().outputTokens()).isPositive();

    try (StreamResponse<ResponseStreamEvent> events = client.responses().createStreaming(params)) {
      assertThat(
              events.stream()
                  .flatMap(event -> event.outputTextDelta().stream())
                  .map(delta -> delta.delta())
                  .collect(Collectors.joining()))
          .isEqualTo(ANSWER);
    }
    client.close();
  }

  @Test
  void langChain4jChatsAndStreams() {
    OpenAiChatModel model =
        OpenAiChatModel.builder()
            .baseUrl(host() + "/v1")
            .apiKey("any")
            .modelName(MODEL)
            .temperature(0.0)
            .build();
    assertThat(model.chat(QUESTION)).isEqualTo(ANSWER);

    CompletableFuture<String> streamed = new CompletableFuture<>();
    OpenAiStreamingChatModel.builder()
        .baseUrl(host() + "/v1")
        .apiKey("any")
        .modelName(MODEL)
        .temperature(0.0)
        .build()
        .chat(QUESTION, into(streamed));
    assertThat(streamed.join()).isEqualTo(ANSWER);

    assertThatThrownBy(
            () ->
                OpenAiChatModel.builder()
                    .baseUrl(host() + "/v1")
                    .apiKey("any")
                    .modelName("no-such-model")
                    .maxRetries(0)
                    .build()
                    .chat(QUESTION))
        .isInstanceOf(ModelNotFoundException.class);
  }

  private static StreamingChatResponseHandler into(CompletableFuture<String> text) {
    return new StreamingChatResponseHandler() {
      @Override
      public void onCompleteResponse(ChatResponse response) {
        text.complete(response.aiMessage().text());
      }

      @Override
      public void onError(Throwable failure) {
        text.completeExceptionally(failure);
      }
    };
  }

  @Test
  void springAiChatsAndStreams() {
    OpenAiChatOptions.Builder options = OpenAiChatOptions.builder();
    options.baseUrl(host() + "/v1");
    options.apiKey("any");
    options.model(MODEL);
    options.temperature(0.0);
    var model =
        org.springframework.ai.openai.OpenAiChatModel.builder().options(options.build()).build();

    var answer = Objects.requireNonNull(model.call(new Prompt(QUESTION)).getResult());
    assertThat(answer.getOutput().getText()).isEqualTo(ANSWER);
    List<String> parts =
        model.stream(new Prompt(QUESTION))
            .mapNotNull(
                chunk -> chunk.getResult() == null ? null : chunk.getResult().getOutput().getText())
            .collectList()
            .block();
    assertThat(String.join("", parts == null ? List.of() : parts)).isEqualTo(ANSWER);
  }
}
