package io.tokenlane.acceptance;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** LangChain4j's OpenAI models. */
final class LangChain4j implements ChatClient {

  private static OpenAiChatModel.OpenAiChatModelBuilder model(Setup setup) {
    return OpenAiChatModel.builder()
        .baseUrl(setup.url())
        .apiKey(setup.key())
        .modelName(setup.model())
        .temperature(0.0)
        .strictJsonSchema(true)
        .timeout(setup.timeout())
        .maxRetries(setup.retries());
  }

  @Override
  public String chat(Setup setup, String question) {
    return model(setup).build().chat(question);
  }

  @Override
  public List<String> stream(Setup setup, String question) {
    return streamed(setup, question, false);
  }

  @Override
  public void hangUp(Setup setup, String question) {
    var _ = streamed(setup, question, true);
  }

  private static List<String> streamed(Setup setup, String question, boolean onlyFirst) {
    CompletableFuture<List<String>> parts = new CompletableFuture<>();
    OpenAiStreamingChatModel.builder()
        .baseUrl(setup.url())
        .apiKey(setup.key())
        .modelName(setup.model())
        .temperature(0.0)
        .timeout(setup.timeout())
        .build()
        .chat(question, new Parts(parts, onlyFirst));
    return parts.join();
  }

  /** Collects the pieces of an answer, or cancels after the first. */
  private static final class Parts implements StreamingChatResponseHandler {
    private final List<String> parts = new ArrayList<>();
    private final CompletableFuture<List<String>> done;
    private final boolean onlyFirst;

    Parts(CompletableFuture<List<String>> done, boolean onlyFirst) {
      this.done = done;
      this.onlyFirst = onlyFirst;
    }

    @Override
    public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
      parts.add(part.text());
      if (onlyFirst) {
        context.streamingHandle().cancel();
        done.complete(List.copyOf(parts));
      }
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
      done.complete(parts);
    }

    @Override
    public void onError(Throwable failure) {
      done.completeExceptionally(failure);
    }
  }

  @Override
  public String tool(Setup setup, String question) {
    ToolSpecification tool =
        ToolSpecification.builder()
            .name(TOOL)
            .parameters(
                JsonObjectSchema.builder()
                    .addEnumProperty("city", List.of("Paris", "Rome"))
                    .required("city")
                    .build())
            .build();
    ToolExecutionRequest call =
        model(setup)
            .build()
            .chat(
                ChatRequest.builder()
                    .messages(UserMessage.from(question))
                    .parameters(
                        OpenAiChatRequestParameters.builder()
                            .toolSpecifications(tool)
                            .toolChoice(ToolChoice.REQUIRED)
                            .parallelToolCalls(false)
                            .build())
                    .build())
            .aiMessage()
            .toolExecutionRequests()
            .getFirst();
    return call.name() + call.arguments();
  }

  @Override
  public String json(Setup setup, String question) {
    ResponseFormat format =
        ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(
                JsonSchema.builder().name("person").rootElement(JsonRawSchema.from(SCHEMA)).build())
            .build();
    return model(setup)
        .temperature(1.0)
        .build()
        .chat(
            ChatRequest.builder()
                .messages(UserMessage.from(question))
                .responseFormat(format)
                .build())
        .aiMessage()
        .text();
  }

  @Override
  public float[] embed(Setup setup, String text) {
    return OpenAiEmbeddingModel.builder()
        .baseUrl(setup.url())
        .apiKey(setup.key())
        .modelName(setup.model())
        .maxRetries(0)
        .build()
        .embed(text)
        .content()
        .vector();
  }

  @Override
  public void wrong(Setup setup) {
    var _ = model(setup).temperature(-1.0).build().chat("Hello");
  }

  @Override
  public int status(Throwable failure) {
    return switch (failure) {
      case HttpException said -> said.statusCode();
      case TimeoutException late -> 0;
      default -> failure.getCause() == null ? -1 : status(failure.getCause());
    };
  }
}
