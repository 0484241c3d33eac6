package io.tokenlane.node.openai;

import io.tokenlane.engine.EngineBusyException;
import io.tokenlane.node.load.LoadedModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** {@code /v1/embeddings}: means of the last hidden states, of length 1. */
final class EmbeddingEndpoint {
  private final Models models;
  private final JsonBody bodies;
  private final Responses responses;
  private final Scheduler scheduler;

  EmbeddingEndpoint(Models models, JsonBody bodies, Responses responses, Scheduler scheduler) {
    this.models = models;
    this.bodies = bodies;
    this.responses = responses;
    this.scheduler = scheduler;
  }

  Mono<ServerResponse> embed(ServerRequest request) {
    LoadedModel model = models.loaded();
    return bodies
        .read(request.exchange().getRequest(), body -> answer(body, model))
        .flatMap(responses::json);
  }

  private Mono<Wire.Embeddings> answer(Fields body, LoadedModel model) {
    Models.checkName(body, model);
    EmbeddingRequest wanted = EmbeddingRequest.read(body, model);
    return Mono.fromFuture(() -> submitted(model, wanted.inputs()))
        .publishOn(scheduler)
        .map(means -> embeddings(means, wanted, model.name()));
  }

  private static CompletableFuture<float[][]> submitted(LoadedModel model, List<int[]> inputs) {
    try {
      return model.engine().embed(inputs);
    } catch (EngineBusyException e) {
      throw AnswerFlow.refused(model.engine(), e);
    } catch (IllegalArgumentException e) {
      throw ApiException.refused(e);
    }
  }

  private static Wire.Embeddings embeddings(
      float[][] means, EmbeddingRequest wanted, String model) {
    List<Wire.Embedding> data = new ArrayList<>();
    for (float[] mean : means) {
      float[] vector = normalised(mean, wanted.dimensions());
      data.add(
          new Wire.Embedding("embedding", data.size(), wanted.base64() ? base64(vector) : vector));
    }
    int tokens = wanted.inputs().stream().mapToInt(ids -> ids.length).sum();
    return new Wire.Embeddings("list", data, model, new Wire.EmbeddingUsage(tokens, tokens));
  }

  /** The first dimensions, scaled to length 1. */
  private static float[] normalised(float[] mean, int dimensions) {
    double squares = 0;
    for (int i = 0; i < dimensions; i++) {
      squares += (double) mean[i] * mean[i];
    }
    double scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (mean[i] * scale);
    }
    return vector;
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
