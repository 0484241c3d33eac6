package io.tokenlane.node.openai;

import io.tokenlane.engine.EngineBusyException;
import io.tokenlane.engine.Generation;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.PrefillRequest;
import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.answer.PromptEncoder.Conversation;
import io.tokenlane.node.load.LoadedModel;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * {@code /v1/prefixes}: computes the beginning of prompts to come, and keeps it if wanted. A prefix
 * is named by the hash of its blocks, so registering the same one twice is registering it once.
 */
final class PrefixEndpoints {
  private final Models models;
  private final JsonBody bodies;
  private final Responses responses;
  private final InstantSource clock;
  private final Scheduler scheduler;
  private final Map<String, Pinned> pinned = new ConcurrentHashMap<>();

  PrefixEndpoints(
      Models models,
      JsonBody bodies,
      Responses responses,
      InstantSource clock,
      Scheduler scheduler) {
    this.models = models;
    this.bodies = bodies;
    this.responses = responses;
    this.clock = clock;
    this.scheduler = scheduler;
  }

  /** Computes a prefix; the response comes once it can be found. */
  Mono<ServerResponse> register(ServerRequest request) {
    LoadedModel model = models.loaded();
    return bodies
        .read(request.exchange().getRequest())
        .flatMap(body -> register(body, model))
        .flatMap(responses::json);
  }

  Mono<ServerResponse> list(ServerRequest request) {
    List<Wire.Prefix> all = pinned.values().stream().map(Pinned::prefix).toList();
    return responses.json(new Wire.PrefixList("list", all));
  }

  Mono<ServerResponse> delete(ServerRequest request) {
    String id = request.pathVariable("id");
    Pinned gone = pinned.remove(id);
    if (gone == null) {
      throw new ApiException(
          HttpStatus.NOT_FOUND,
          "prefix: " + id + " (expected: one of GET /v1/prefixes)",
          null,
          "prefix_not_found");
    }
    gone.generation().cancel();
    return responses.json(new Wire.Deleted(id, "prefix", true));
  }

  private Mono<Wire.Prefix> register(Fields body, LoadedModel model) {
    Models.checkName(body, model);
    PrefillRequest request =
        new PrefillRequest(
            prompt(body, model).tokens(),
            GenerationOptions.priority(body),
            GenerationOptions.cacheSalt(body),
            body.flag("pin", true));
    Pinned known = request.pinned() ? pinned.get(id(request, model)) : null;
    return known == null ? compute(request, model) : Mono.just(known.prefix());
  }

  /** A conversation that others go on from: unless told, it does not end with the model's turn. */
  private static Prompt prompt(Fields body, LoadedModel model) {
    if (body.value("messages") == null) {
      return TokenEndpoints.prompt(body, model);
    }
    Conversation given = ChatRequest.conversation(body);
    return CompletionEndpoints.chatPrompt(
        model,
        new Conversation(
            given.messages(),
            given.tools(),
            given.variables(),
            body.flag("add_generation_prompt", false)));
  }

  private Mono<Wire.Prefix> compute(PrefillRequest request, LoadedModel model) {
    CompletableFuture<GenerationEvent> ending = new CompletableFuture<>();
    Generation generation = start(request, model, ending);
    return Mono.fromFuture(ending)
        .doOnCancel(generation::cancel)
        .publishOn(scheduler)
        .map(event -> ended(event, request, model, generation));
  }

  private static Generation start(
      PrefillRequest request, LoadedModel model, CompletableFuture<GenerationEvent> ending) {
    try {
      return model.engine().prefill(request, ending::complete);
    } catch (EngineBusyException e) {
      throw AnswerFlow.refused(model.engine(), e);
    } catch (IllegalArgumentException e) {
      throw ApiException.refused(e);
    }
  }

  private Wire.Prefix ended(
      GenerationEvent event, PrefillRequest request, LoadedModel model, Generation generation) {
    return switch (event) {
      case GenerationEvent.Finished finished ->
          keep(prefix(finished.usage(), request, model), generation);
      case GenerationEvent.Failed failed when failed.overloaded() ->
          throw ApiException.overloaded(failed.message());
      case GenerationEvent.Failed failed ->
          throw new ApiException(
              HttpStatus.INTERNAL_SERVER_ERROR, failed.message(), null, "generation_failed");
      case GenerationEvent.Token token ->
          throw new IllegalStateException("prefix: token " + token.token() + " (expected: none)");
    };
  }

  private Wire.Prefix prefix(
      GenerationEvent.Usage usage, PrefillRequest request, LoadedModel model) {
    return new Wire.Prefix(
        id(request, model),
        "prefix",
        clock.instant().getEpochSecond(),
        model.name(),
        usage.promptTokens(),
        usage.cachedTokens(),
        request.pinned());
  }

  private Wire.Prefix keep(Wire.Prefix prefix, Generation generation) {
    if (!prefix.pinned()) {
      return prefix;
    }
    Pinned first = pinned.putIfAbsent(prefix.id(), new Pinned(prefix, generation));
    if (first == null) {
      return prefix;
    }
    generation.cancel();
    return first.prefix();
  }

  private static String id(PrefillRequest request, LoadedModel model) {
    return model
        .engine()
        .prefixHash(request.prompt(), request.cacheSalt())
        .map(hash -> "prefix-" + hash)
        .orElse("");
  }

  private record Pinned(Wire.Prefix prefix, Generation generation) {}
}
