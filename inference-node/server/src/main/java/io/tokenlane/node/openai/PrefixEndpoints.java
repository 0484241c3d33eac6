package io.tokenlane.node.openai;

import io.tokenlane.engine.PrefillRequest;
import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.load.LoadedModel;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /v1/prefixes}: computes the beginning of prompts to come, and keeps it if wanted. */
final class PrefixEndpoints {
  private final Models models;
  private final JsonBody bodies;
  private final Responses responses;
  private final Prefixes prefixes;

  PrefixEndpoints(Models models, JsonBody bodies, Responses responses, Prefixes prefixes) {
    this.models = models;
    this.bodies = bodies;
    this.responses = responses;
    this.prefixes = prefixes;
  }

  /** Computes a prefix; the response comes once it can be found. */
  Mono<ServerResponse> register(ServerRequest request) {
    LoadedModel model = models.loaded();
    return bodies
        .read(request.exchange().getRequest(), body -> register(body, model))
        .flatMap(responses::json);
  }

  Mono<ServerResponse> list(ServerRequest request) {
    return responses.json(new Wire.PrefixList("list", prefixes.kept()));
  }

  Mono<ServerResponse> delete(ServerRequest request) {
    String id = request.pathVariable("id");
    if (!prefixes.drop(id)) {
      throw new ApiException(
          HttpStatus.NOT_FOUND,
          "prefix: " + id + " (expected: one of GET /v1/prefixes)",
          null,
          "prefix_not_found");
    }
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
    return prefixes.register(request, model);
  }

  /** A conversation that others go on from: unless told, it does not end with the model's turn. */
  private static Prompt prompt(Fields body, LoadedModel model) {
    if (body.value("messages") == null) {
      return TokenEndpoints.prompt(body, model);
    }
    return CompletionEndpoints.chatPrompt(model, ChatRequest.conversation(body, false));
  }
}
