package io.tokenlane.node.openai;

import io.tokenlane.node.load.LoadedModel;
import java.util.List;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /v1/models} and {@code /load}. */
final class ModelEndpoints {
  private final Models models;
  private final Responses responses;
  private final Load load;

  ModelEndpoints(Models models, Responses responses, Load load) {
    this.models = models;
    this.responses = responses;
    this.load = load;
  }

  Mono<ServerResponse> list(ServerRequest request) {
    return responses.json(new Wire.ModelList("list", List.of(card(models.loaded()))));
  }

  /** The id is the rest of the path, as names of models may hold slashes. */
  Mono<ServerResponse> one(ServerRequest request) {
    LoadedModel model = models.loaded();
    String path = request.pathVariable("id");
    Models.checkName(path.substring(1), model);
    return responses.json(card(model));
  }

  Mono<ServerResponse> load(ServerRequest request) {
    return responses.json(load.of(models.loaded()));
  }

  private static Wire.ModelCard card(LoadedModel model) {
    long created = model.created().getEpochSecond();
    return new Wire.ModelCard(model.name(), "model", created, "tokenlane", model.contextLength());
  }
}
