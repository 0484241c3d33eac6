package io.tokenlane.gateway.console;

import io.tokenlane.gateway.admission.Bodies;
import io.tokenlane.gateway.balance.NodesEndpoint;
import io.tokenlane.gateway.cache.StoredAnswers;
import io.tokenlane.gateway.compress.CompressionPreview;
import io.tokenlane.gateway.console.Sessions.Session;
import io.tokenlane.gateway.reload.Outcome;
import io.tokenlane.gateway.reload.Reload;
import io.tokenlane.gateway.reload.ReloadEndpoint;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the page asks and does, behind the {@link Gate}. */
final class ConsoleApi {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int LISTED = 200;

  /** In bytes; what is not a chat is short. */
  static final int SHORT_BODY = 16 * 1024;

  private static final String CONFIGURATION = "configuration";

  private final Gate gate;
  private final Parts parts;

  /** What is asked and changed. */
  record Parts(
      Bodies bodies,
      Heartbeat heartbeat,
      CallLog calls,
      Settings settings,
      CompressionPreview preview,
      Playground playground,
      StoredAnswers cache,
      NodesEndpoint nodes,
      Reload reload,
      boolean open) {}

  ConsoleApi(Gate gate, Parts parts) {
    this.gate = gate;
    this.parts = parts;
  }

  private Mono<ServerResponse> seen(
      ServerRequest request, Function<ServerRequest, Mono<ServerResponse>> answer) {
    if (!gate.sees(request)) {
      return Mono.error(new Gate.Refusal(HttpStatus.UNAUTHORIZED, "not logged in"));
    }
    return answer.apply(request);
  }

  Mono<ServerResponse> live(ServerRequest request) {
    return seen(
        request,
        r -> {
          DataBufferFactory buffers = r.exchange().getResponse().bufferFactory();
          Flux<DataBuffer> events =
              Flux.concat(
                      Mono.fromSupplier(() -> event("past", parts.heartbeat().past())),
                      parts.heartbeat().live().map(pulse -> event("pulse", pulse)))
                  .map(text -> buffers.wrap(text.getBytes(StandardCharsets.UTF_8)));
          return Pages.guarded(ServerResponse.ok())
              .contentType(MediaType.TEXT_EVENT_STREAM)
              .header("Cache-Control", "no-store")
              .body(Pages.streamed(events));
        });
  }

  private static String event(String name, String data) {
    return "event: " + name + "\ndata: " + data + "\n\n";
  }

  Mono<ServerResponse> calls(ServerRequest request) {
    return seen(
        request,
        r -> {
          ArrayNode all = JSON.createArrayNode();
          parts.calls().latest(LISTED).forEach(all::add);
          return json(HttpStatus.OK, all);
        });
  }

  Mono<ServerResponse> call(ServerRequest request) {
    return seen(
        request,
        r ->
            parts
                .calls()
                .find(r.pathVariable("id"))
                .map(call -> json(HttpStatus.OK, call))
                .orElseGet(
                    () ->
                        Mono.error(
                            new Gate.Refusal(
                                HttpStatus.NOT_FOUND,
                                "no such request among the latest (tokenlane.console.calls)"))));
  }

  Mono<ServerResponse> settings(ServerRequest request) {
    return seen(
        request,
        r ->
            Mono.fromSupplier(() -> parts.settings().show())
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(shown -> json(HttpStatus.OK, shown)));
  }

  Mono<ServerResponse> compress(ServerRequest request) {
    return seen(
        request,
        r ->
            body(r)
                .flatMap(b -> parts.preview().of(r.queryParam("route").orElse(""), b))
                .flatMap(report -> json(HttpStatus.OK, report)));
  }

  Mono<ServerResponse> models(ServerRequest request) {
    return seen(
        request, r -> parts.playground().models(buffers(r), gate.session(r).map(Session::who)));
  }

  /** A chat costs; where the gateway asks who one is, so does this. */
  Mono<ServerResponse> chat(ServerRequest request) {
    if (!parts.open()) {
      Session session = gate.changer(request, "chat", "playground");
      return body(request)
          .flatMap(b -> parts.playground().chat(buffers(request), b, Optional.of(session.who())));
    }
    if (!gate.sees(request) || !Gate.ownPage(request)) {
      return Mono.error(new Gate.Refusal(HttpStatus.UNAUTHORIZED, "not logged in"));
    }
    return body(request)
        .flatMap(b -> parts.playground().chat(buffers(request), b, Optional.empty()));
  }

  private static DataBufferFactory buffers(ServerRequest request) {
    return request.exchange().getResponse().bufferFactory();
  }

  Mono<ServerResponse> node(ServerRequest request) {
    String id = request.pathVariable("id");
    String action = request.pathVariable("action");
    Session session = gate.changer(request, action, "node " + id);
    var changed = parts.nodes().change(id, action);
    String outcome = changed.getStatus() < 400 ? "done" : "refused: " + changed.getBody();
    gate.note(request, Optional.of(session), action, "node " + id, outcome);
    return json(HttpStatus.valueOf(changed.getStatus()), JSON.valueToTree(changed.getBody()));
  }

  /** Takes over what the files say, off the event loop. */
  Mono<ServerResponse> reload(ServerRequest request) {
    Session session = gate.changer(request, "reload", CONFIGURATION);
    return Mono.fromCallable(parts.reload()::run)
        .subscribeOn(Schedulers.boundedElastic())
        .flatMap(outcome -> reloaded(request, session, outcome));
  }

  private Mono<ServerResponse> reloaded(ServerRequest request, Session who, Outcome outcome) {
    ObjectNode told = JSON.valueToTree(ReloadEndpoint.told(outcome));
    boolean refused = outcome.kind() == Outcome.Kind.REFUSED;
    String end = refused ? "refused: " + outcome.complaint() : "done: " + outcome.kind();
    gate.note(request, Optional.of(who), "reload", CONFIGURATION, end);
    return refused
        ? json(HttpStatus.UNPROCESSABLE_CONTENT, told.put("error", outcome.complaint()))
        : json(HttpStatus.OK, told);
  }

  /** Body: {@code {"by": "key"|"route"|"tenant", "value": …}}. */
  Mono<ServerResponse> purge(ServerRequest request) {
    return parts
        .bodies()
        .read(request.exchange().getRequest(), SHORT_BODY)
        .flatMap(
            bytes -> {
              JsonNode asked = parsed(bytes);
              String by = asked.path("by").asString("");
              String value = asked.path("value").asString("");
              Session session = gate.changer(request, "purge", by + " " + value);
              int purged = parts.cache().purge(by(by), value);
              String outcome = "done: " + purged + " answers";
              gate.note(request, Optional.of(session), "purge", by + " " + value, outcome);
              return json(HttpStatus.OK, JSON.createObjectNode().put("purged", purged));
            });
  }

  private static StoredAnswers.By by(String name) {
    return Arrays.stream(StoredAnswers.By.values())
        .filter(by -> by.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("by: " + name + " (expected: key, route or tenant)"));
  }

  static JsonNode parsed(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("body: not JSON (expected: a JSON object)", e);
    }
  }

  private Mono<byte[]> body(ServerRequest request) {
    return parts.bodies().read(request.exchange().getRequest());
  }

  static Mono<ServerResponse> json(HttpStatus status, JsonNode body) {
    return Pages.guarded(ServerResponse.status(status))
        .contentType(MediaType.APPLICATION_JSON)
        .header("Cache-Control", "no-store")
        .bodyValue(JSON.writeValueAsBytes(body));
  }

  /** What went wrong, in one member; the reason of anything unforeseen stays in the log. */
  static Mono<ServerResponse> failed(Throwable failure) {
    ObjectNode body = JSON.createObjectNode();
    return switch (failure) {
      case Gate.Refusal refusal -> json(refusal.status(), body.put("error", refusal.getMessage()));
      case io.tokenlane.gateway.error.ApiException api ->
          json(api.status(), body.put("error", api.text()));
      case IllegalArgumentException wrong ->
          json(HttpStatus.BAD_REQUEST, body.put("error", String.valueOf(wrong.getMessage())));
      default -> Mono.error(failure);
    };
  }
}
