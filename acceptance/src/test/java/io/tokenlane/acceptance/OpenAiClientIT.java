package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * OpenAI's own clients, with nothing changed but the base URL, through the gateway to the nodes.
 */
class OpenAiClientIT {
  private static final String MODEL = "tokenlane-demo";

  private static int port;
  private static OpenAIClient client;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    port = SharedUp.get().port();
    client = OpenAIOkHttpClient.builder().baseUrl(baseUrl()).apiKey("any").maxRetries(0).build();
  }

  @AfterAll
  static void stop() {
    client.close();
  }

  private static String baseUrl() {
    return "http://localhost:" + port + "/v1";
  }

  private static ChatCompletionCreateParams.Builder question(String text) {
    return ChatCompletionCreateParams.builder().model(MODEL).temperature(0.0).addUserMessage(text);
  }

  @Test
  void chats() {
    ChatCompletion answer =
        client.chat().completions().create(question("What is the capital of France?").build());
    assertThat(answer.choices())
        .singleElement()
        .satisfies(
            choice -> {
              assertThat(choice.message().content()).hasValue("The capital of France is Paris.");
              assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
            });
    assertThat(answer.usage().orElseThrow().promptTokens()).isEqualTo(15);
  }

  @Test
  void streams() {
    ChatCompletionCreateParams params = question("Tell me a story about Ada and a cat.").build();
    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(params)) {
      List<String> parts =
          chunks.stream()
              .flatMap(chunk -> chunk.choices().stream())
              .flatMap(choice -> choice.delta().content().stream())
              .toList();
      assertThat(parts).hasSizeGreaterThan(10);
      assertThat(String.join("", parts)).contains("Ada").contains("cat");
    }
  }

  @Test
  void completes() {
    var answer =
        client
            .completions()
            .create(
                CompletionCreateParams.builder()
                    .model(MODEL)
                    .prompt("<|im_start|>user\nWhat is the capital of France?")
                    .maxTokens(4)
                    .temperature(0.0)
                    .build());
    assertThat(answer.choices()).hasSize(1);
    assertThat(answer.usage().orElseThrow().completionTokens()).isLessThanOrEqualTo(4);
  }

  @Test
  void listsModels() {
    assertThat(client.models().list().data().stream().map(Model::id).collect(Collectors.toSet()))
        .containsExactly(MODEL);
  }

  @Test
  void anUnknownModelIsNotFound() {
    assertThatThrownBy(
            () ->
                client
                    .chat()
                    .completions()
                    .create(question("Hello").model("no-such-model").build()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("no-such-model");
  }

  @Test
  void aNegativeMaxTokensIsABadRequest() {
    assertThatThrownBy(
            () ->
                client
                    .chat()
                    .completions()
                    .create(question("Hello").maxCompletionTokens(-3).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("-3");
  }

  @Test
  void theNpmClientWorksToo() throws Exception {
    Path folder = Launcher.ROOT.resolve("acceptance/src/test/js");
    Path target = Launcher.ROOT.resolve("acceptance/target/js");
    String script =
        "command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20 or newer'; exit 1; };"
            + " mkdir -p \"$2\" && cp \"$1\"/* \"$2\" && cd \"$2\" && npm ci --silent"
            + " && node client.mjs";
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script, "client", folder.toString(), target.toString())
            .redirectErrorStream(true);
    builder.environment().put("OPENAI_BASE_URL", baseUrl());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("chat ok", "stream ok", "models ok", "error ok");
  }
}
