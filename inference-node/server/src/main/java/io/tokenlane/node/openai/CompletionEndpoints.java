package io.tokenlane.node.openai;

import io.tokenlane.engine.chat.TemplateException;
import io.tokenlane.engine.grammar.Grammar;
import io.tokenlane.node.answer.AnswerFormat.Reasoning;
import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.answer.PromptEncoder.Conversation;
import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.openai.Sequences.Output;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /v1/chat/completions} and {@code /v1/completions}. */
final class CompletionEndpoints {
  private final Models models;
  private final JsonBody bodies;
  private final Responses responses;
  private final InstantSource clock;
  private final GrammarThreads grammars;

  CompletionEndpoints(
      Models models,
      JsonBody bodies,
      Responses responses,
      InstantSource clock,
      GrammarThreads grammars) {
    this.models = models;
    this.bodies = bodies;
    this.responses = responses;
    this.clock = clock;
    this.grammars = grammars;
  }

  Mono<ServerResponse> chat(ServerRequest request) {
    LoadedModel loaded = models.loaded();
    return bodies.read(request.exchange().getRequest(), body -> chat(request, body, loaded));
  }

  Mono<ServerResponse> complete(ServerRequest request) {
    LoadedModel loaded = models.loaded();
    return bodies.read(request.exchange().getRequest(), body -> complete(request, body, loaded));
  }

  private Mono<ServerResponse> chat(ServerRequest request, Fields body, LoadedModel model) {
    Models.checkName(body, model);
    ChatRequest chat = ChatRequest.read(body, model.tokenizer().vocabularySize());
    GenerationOptions options = chat.options();
    AdaptiveFields adaptive = AdaptiveFields.read(body, model.adaptive());
    Prompt prompt = chatPrompt(model, chat.conversation());
    AnswerShape shape =
        new ChatShape(
            head("chatcmpl-", model),
            model.tokenizer(),
            options.topLogprobs() >= 0,
            new CallIds(model.rules().toolFormat().idLength()),
            chat.functions());
    Function<Output, Mono<ServerResponse>> answer =
        output -> {
          Sequences sequences =
              new Sequences(model, options, Integer.MAX_VALUE, "messages", output);
          return responses.answer(request, sequences.of(List.of(prompt)), options, shape);
        };
    OutputConstraint constraint = chat.output();
    boolean reasons = prompt.opensReasoning();
    if (!constraint.holds(model.rules())) {
      return answer.apply(output(model, constraint, null, reasons, adaptive));
    }
    Grammar known = constraint.known(model.rules(), reasons);
    return known == null
        ? grammars
            .of(() -> constraint.grammar(model.rules(), reasons))
            .map(grammar -> output(model, constraint, grammar, reasons, adaptive))
            .flatMap(output -> JsonBody.answered(() -> answer.apply(output)))
        : answer.apply(output(model, constraint, known, reasons, adaptive));
  }

  private static Output output(
      LoadedModel model,
      OutputConstraint constraint,
      @Nullable Grammar grammar,
      boolean reasons,
      AdaptiveFields adaptive) {
    // What is held to a grammar reasons only where that says so: tags in its texts are text.
    Reasoning untold = grammar == null ? Reasoning.TAGGED : Reasoning.NONE;
    return new Output(
        reasons ? Reasoning.OPENED_BY_PROMPT : untold,
        constraint.calls(model.rules()),
        grammar,
        adaptive);
  }

  private Mono<ServerResponse> complete(ServerRequest request, Fields body, LoadedModel model) {
    Models.checkName(body, model);
    CompletionRequest completion = CompletionRequest.read(body, model.prompts());
    GenerationOptions options = completion.options();
    Output output = Output.text(AdaptiveFields.read(body, model.adaptive()));
    Sequences sequences =
        new Sequences(model, options, CompletionRequest.DEFAULT_MAX_TOKENS, "prompt", output);
    AnswerShape shape =
        new TextShape(
            head("cmpl-", model),
            model.tokenizer(),
            options.topLogprobs() >= 0,
            choice -> completion.echoes().get(choice / options.choices()));
    return responses.answer(request, sequences.of(completion.prompts()), options, shape);
  }

  static Prompt chatPrompt(LoadedModel model, Conversation conversation) {
    Conversation known =
        model.rules().knowsDevelopers()
            ? conversation
            : ChatMessages.withoutDevelopers(conversation);
    try {
      return model.prompts().chat(known);
    } catch (TemplateException e) {
      return withTextArguments(model, known, e);
    }
  }

  /** Some templates want the arguments of earlier calls as text, not as the object they are. */
  private static Prompt withTextArguments(
      LoadedModel model, Conversation conversation, TemplateException refusal) {
    try {
      if (EarlierCalls.areIn(conversation)) {
        return model.prompts().chat(EarlierCalls.asText(conversation));
      }
    } catch (TemplateException e) {
      refusal.addSuppressed(e);
    }
    throw ApiException.messages(String.valueOf(refusal.getMessage()));
  }

  private Wire.Head head(String idPrefix, LoadedModel model) {
    String id = idPrefix + UUID.randomUUID().toString().replace("-", "");
    return new Wire.Head(id, clock.instant().getEpochSecond(), model.name());
  }
}
