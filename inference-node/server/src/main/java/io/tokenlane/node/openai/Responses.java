package io.tokenlane.node.openai;

import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.node.openai.AnswerFlow.ChoicePart;
import io.tokenlane.node.openai.Sequences.RunPlan;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Sends answers: whole, or streamed with one flush for each part. */
final class Responses {
  /** Carries the hash of the last full KV block of the first prompt. */
  static final String KV_PREFIX_HEADER = "x-tokenlane-kv-prefix";

  private final JsonMapper mapper;
  private final AnswerFlow flow;

  Responses(JsonMapper mapper, AnswerFlow flow) {
    this.mapper = mapper;
    this.flow = flow;
  }

  /** Runs the sequences and sends what becomes of them. */
  Mono<ServerResponse> answer(
      ServerRequest request, RunPlan plan, GenerationOptions options, AnswerShape shape) {
    tellPrefix(request, plan);
    AnswerWriter writer =
        new AnswerWriter(shape, options.includeUsage(), options.choices(), plan.sequences().size());
    Flux<ChoicePart> parts = flow.answers(plan.model(), plan.sequences());
    return options.stream()
        ? stream(request, parts, writer)
        : parts.doOnNext(writer::collect).then(Mono.defer(() -> json(writer.whole())));
  }

  /** Names the prompt's full blocks, so that a gateway can tell from the feed who holds them. */
  private static void tellPrefix(ServerRequest request, RunPlan plan) {
    GenerationRequest first = plan.sequences().getFirst().request();
    plan.model()
        .engine()
        .prefixHash(first.prompt(), first.cacheSalt())
        .ifPresent(
            hash ->
                request
                    .exchange()
                    .getResponse()
                    .getHeaders()
                    .set(KV_PREFIX_HEADER, hash.toString()));
  }

  /** A JSON response. */
  Mono<ServerResponse> json(Object value) {
    return ServerResponse.ok()
        .contentType(MediaType.APPLICATION_JSON)
        .bodyValue(mapper.writeValueAsBytes(value));
  }

  /**
   * Nothing is sent before the first part exists: until then an error is still a plain response
   * with its status, and a gateway may still try another node.
   */
  private Mono<ServerResponse> stream(
      ServerRequest request, Flux<ChoicePart> parts, AnswerWriter writer) {
    AtomicBoolean started = new AtomicBoolean();
    Flux<byte[]> events =
        parts
            .map(part -> ServerSentEvents.events(mapper, writer.chunks(part)))
            .filter(event -> event.length > 0)
            .doOnNext(event -> started.set(true))
            .concatWith(Flux.defer(() -> Flux.just(ServerSentEvents.done())))
            .onErrorResume(error -> started.get(), error -> Flux.just(errorEvent(request, error)));
    return ServerResponse.ok()
        .contentType(MediaType.TEXT_EVENT_STREAM)
        .header("Cache-Control", "no-cache")
        .header("X-Accel-Buffering", "no")
        .body(
            (response, context) ->
                response.writeAndFlushWith(
                    events.map(event -> Mono.just(response.bufferFactory().wrap(event)))));
  }

  /** The stream ends without {@code [DONE]}, so that nobody takes the answer for complete. */
  private byte[] errorEvent(ServerRequest request, Throwable error) {
    ApiException known = Errors.known(request.exchange(), error);
    return ServerSentEvents.events(mapper, List.of(Errors.body(known)));
  }
}
