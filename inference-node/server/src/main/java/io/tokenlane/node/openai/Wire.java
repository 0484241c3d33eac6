package io.tokenlane.node.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.tokenlane.engine.reason.ThinkingReport;
import io.tokenlane.engine.run.Effort;
import io.tokenlane.node.answer.AnswerUsage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the node sends, field by field as OpenAI's API has it; names are in snake_case on the wire.
 */
final class Wire {
  private Wire() {}

  record ChatCompletion(
      String id, String object, long created, String model, List<ChatChoice> choices, Usage usage) {
    ChatCompletion(Head head, List<ChatChoice> choices, Usage usage) {
      this(head.id(), "chat.completion", head.created(), head.model(), choices, usage);
    }
  }

  /** vLLM's {@code stop_reason}: the stop text that ended the answer. */
  record ChatChoice(
      int index,
      ChatMessage message,
      @Nullable ChatLogprobs logprobs,
      String finishReason,
      @JsonInclude(Include.NON_NULL) @Nullable String stopReason,
      @JsonInclude(Include.NON_NULL) @Nullable Adaptive tokenlane) {}

  /** What OpenAI's API has no field for: how an answer saved work. */
  record Adaptive(Reasoning reasoning) {
    static @Nullable Adaptive of(@Nullable ThinkingReport report) {
      return report == null
          ? null
          : new Adaptive(
              new Reasoning(
                  report.end().name().toLowerCase(Locale.ROOT),
                  report.steps(),
                  report.tokens(),
                  report.trials(),
                  report.trialTokens(),
                  report.droppedTokens()));
    }
  }

  /** What became of an answer's reasoning. */
  record Reasoning(
      String ended, int steps, int tokens, int trials, int trialTokens, int droppedTokens) {}

  record ChatMessage(
      String role,
      @Nullable String content,
      @JsonInclude(Include.NON_NULL) @Nullable String reasoningContent,
      @JsonInclude(Include.NON_NULL) @Nullable List<ToolCall> toolCalls,
      @JsonInclude(Include.NON_NULL) @Nullable Function functionCall,
      @Nullable String refusal) {}

  record ChatChunk(
      String id,
      String object,
      long created,
      String model,
      List<ChunkChoice> choices,
      @JsonInclude(Include.NON_NULL) @Nullable Usage usage) {
    ChatChunk(Head head, List<ChunkChoice> choices, @Nullable Usage usage) {
      this(head.id(), "chat.completion.chunk", head.created(), head.model(), choices, usage);
    }
  }

  record ChunkChoice(
      int index,
      Delta delta,
      @Nullable ChatLogprobs logprobs,
      @Nullable String finishReason,
      @JsonInclude(Include.NON_NULL) @Nullable String stopReason,
      @JsonInclude(Include.NON_NULL) @Nullable Adaptive tokenlane) {}

  @JsonInclude(Include.NON_NULL)
  record Delta(
      @Nullable String role,
      @Nullable String content,
      @Nullable String reasoningContent,
      @Nullable List<ToolCall> toolCalls,
      @Nullable Function functionCall) {
    /** Text, or nothing. */
    Delta(@Nullable String role, @Nullable String content, @Nullable String reasoningContent) {
      this(role, content, reasoningContent, null, null);
    }
  }

  /** A tool call, or a piece of one: only the first has id, type and name, only pieces an index. */
  @JsonInclude(Include.NON_NULL)
  record ToolCall(
      @Nullable Integer index, @Nullable String id, @Nullable String type, Function function) {
    ToolCall withoutIndex() {
      return new ToolCall(null, id, type, function);
    }

    ToolCall with(String moreArguments) {
      return new ToolCall(
          index, id, type, new Function(function.name, function.arguments + moreArguments));
    }
  }

  @JsonInclude(Include.NON_NULL)
  record Function(@Nullable String name, String arguments) {}

  record ChatLogprobs(List<ChatToken> content, @Nullable String refusal) {}

  record ChatToken(String token, float logprob, List<Integer> bytes, List<TopToken> topLogprobs) {}

  record TopToken(String token, float logprob, List<Integer> bytes) {}

  /** A plain completion, whole or a piece of a stream: OpenAI gives both the same shape. */
  record TextCompletion(
      String id,
      String object,
      long created,
      String model,
      List<TextChoice> choices,
      @JsonInclude(Include.NON_NULL) @Nullable Usage usage) {
    TextCompletion(Head head, List<TextChoice> choices, @Nullable Usage usage) {
      this(head.id(), "text_completion", head.created(), head.model(), choices, usage);
    }
  }

  record TextChoice(
      int index,
      String text,
      @Nullable TextLogprobs logprobs,
      @Nullable String finishReason,
      @JsonInclude(Include.NON_NULL) @Nullable String stopReason,
      @JsonInclude(Include.NON_NULL) @Nullable Adaptive tokenlane) {}

  record TextLogprobs(
      List<String> tokens,
      List<Float> tokenLogprobs,
      List<Map<String, Float>> topLogprobs,
      List<Integer> textOffset) {}

  record Usage(
      int promptTokens,
      int completionTokens,
      int totalTokens,
      PromptDetails promptTokensDetails,
      CompletionDetails completionTokensDetails,
      @JsonInclude(Include.NON_NULL) @Nullable EarlyExit tokenlane) {
    static Usage of(AnswerUsage usage) {
      return new Usage(
          usage.promptTokens(),
          usage.completionTokens(),
          usage.promptTokens() + usage.completionTokens(),
          new PromptDetails(usage.cachedTokens()),
          new CompletionDetails(usage.reasoningTokens()),
          EarlyExit.of(usage.effort()));
    }
  }

  /**
   * What an answer's tokens took, where they might leave the model early: layers that a token went
   * through on average, tokens that left before the last layer, tokens that were drafted, and how
   * many of those were right.
   */
  record EarlyExit(
      double meanLayers, long earlyExitTokens, long draftedTokens, long acceptedDraftTokens) {
    static @Nullable EarlyExit of(Effort.Counts effort) {
      return effort.rows() == 0
          ? null
          : new EarlyExit(
              Math.round(100.0 * effort.layers() / effort.rows()) / 100.0,
              effort.exited(),
              effort.drafted(),
              effort.accepted());
    }
  }

  record PromptDetails(int cachedTokens) {}

  record CompletionDetails(int reasoningTokens) {}

  record Embeddings(String object, List<Embedding> data, String model, EmbeddingUsage usage) {}

  /** A vector: its numbers, or the base64 text of their bytes. */
  record Embedding(String object, int index, Object embedding) {}

  record EmbeddingUsage(int promptTokens, int totalTokens) {}

  record ModelList(String object, List<ModelCard> data) {}

  record ModelCard(String id, String object, long created, String ownedBy, int maxModelLen) {}

  record Prefix(
      String id,
      String object,
      long created,
      String model,
      int tokens,
      int cachedTokens,
      boolean pinned) {}

  record PrefixList(String object, List<Prefix> data) {}

  record Deleted(String id, String object, boolean deleted) {}

  /** Either events or a snapshot with the number of the last event that it includes. */
  record KvFeed(
      String epoch,
      int blockSize,
      @JsonInclude(Include.NON_NULL) @Nullable Long last,
      @JsonInclude(Include.NON_NULL) @Nullable List<KvChange> events,
      @JsonInclude(Include.NON_NULL) @Nullable List<String> snapshot) {}

  record KvChange(
      long number,
      String type,
      String hash,
      @JsonInclude(Include.NON_NULL) @Nullable String parent) {}

  record Tokens(
      int count, int maxModelLen, List<Integer> tokens, @Nullable List<String> tokenStrs) {}

  record Text(String prompt) {}

  record ErrorBody(Failure error) {}

  record Failure(String message, String type, @Nullable String param, @Nullable String code) {}

  /** What all pieces of one answer begin with. */
  record Head(String id, long created, String model) {}
}
