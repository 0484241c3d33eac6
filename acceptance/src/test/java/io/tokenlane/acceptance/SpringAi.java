package io.tokenlane.acceptance;

import com.openai.errors.OpenAIIoException;
import com.openai.errors.OpenAIServiceException;
import java.util.List;
import java.util.Objects;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.OpenAiEmbeddingModel;
import org.springframework.ai.openai.OpenAiEmbeddingOptions;
import org.springframework.ai.tool.function.FunctionToolCallback;
import reactor.core.publisher.Flux;

/** Spring AI's OpenAI models. */
final class SpringAi implements ChatClient {

  private record Weather(City city) {}

  private enum City {
    Paris,
    Rome
  }

  private static OpenAiChatOptions.Builder options(Setup setup) {
    OpenAiChatOptions.Builder options = OpenAiChatOptions.builder();
    options.baseUrl(setup.url());
    options.apiKey(setup.key());
    options.model(setup.model());
    options.temperature(0.0);
    options.timeout(setup.timeout());
    options.maxRetries(setup.retries());
    return options;
  }

  private static AssistantMessage message(OpenAiChatOptions.Builder options, String question) {
    OpenAiChatModel model = OpenAiChatModel.builder().options(options.build()).build();
    return Objects.requireNonNull(model.call(new Prompt(question)).getResult()).getOutput();
  }

  private static Flux<String> pieces(Setup setup, String question) {
    return OpenAiChatModel.builder().options(options(setup).build()).build().stream(
            new Prompt(question))
        .mapNotNull(
            chunk -> chunk.getResult() == null ? null : chunk.getResult().getOutput().getText());
  }

  @Override
  public String chat(Setup setup, String question) {
    return Objects.requireNonNull(message(options(setup), question).getText());
  }

  @Override
  public List<String> stream(Setup setup, String question) {
    return Objects.requireNonNull(pieces(setup, question).collectList().block());
  }

  @Override
  public void hangUp(Setup setup, String question) {
    var _ = pieces(setup, question).blockFirst();
  }

  @Override
  public String tool(Setup setup, String question) {
    OpenAiChatOptions.Builder options = options(setup);
    options.toolCallbacks(
        FunctionToolCallback.builder(TOOL, (Weather asked) -> "mild")
            .description("the weather in a city")
            .inputType(Weather.class)
            .inputSchema(
                """
                {"type":"object","properties":{"city":{"type":"string","enum":["Paris","Rome"]}},
                "required":["city"],"additionalProperties":false}""")
            .build());
    options.toolChoice("required");
    options.parallelToolCalls(false);
    AssistantMessage.ToolCall call = message(options, question).getToolCalls().getFirst();
    return call.name() + call.arguments();
  }

  @Override
  public String json(Setup setup, String question) {
    OpenAiChatOptions.Builder options = options(setup);
    options.temperature(1.0);
    options.outputSchema(SCHEMA);
    return Objects.requireNonNull(message(options, question).getText());
  }

  @Override
  public float[] embed(Setup setup, String text) {
    OpenAiEmbeddingOptions.Builder options = OpenAiEmbeddingOptions.builder();
    options.baseUrl(setup.url());
    options.apiKey(setup.key());
    options.model(setup.model());
    return OpenAiEmbeddingModel.builder().options(options.build()).build().embed(text);
  }

  @Override
  public void wrong(Setup setup) {
    OpenAiChatOptions.Builder options = options(setup);
    options.temperature(-1.0);
    var _ = message(options, "Hello");
  }

  @Override
  public int status(Throwable failure) {
    return switch (failure) {
      case OpenAIServiceException said -> said.statusCode();
      case OpenAIIoException io -> 0;
      default -> failure.getCause() == null ? -1 : status(failure.getCause());
    };
  }
}
