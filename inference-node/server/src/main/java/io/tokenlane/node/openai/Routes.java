package io.tokenlane.node.openai;

import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.load.ModelSlot;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Which path is answered by what. */
final class Routes {
  private final Map<String, Map<HttpMethod, HandlerFunction<ServerResponse>>> routes =
      new LinkedHashMap<>();
  private final ModelSlot slot;
  private final JsonMapper mapper;
  private final Load load;

  Routes(ModelSlot slot, JsonMapper mapper, Load load) {
    this.slot = slot;
    this.load = load;
    this.mapper = mapper;
  }

  Routes get(String path, HandlerFunction<ServerResponse> handler) {
    return route(HttpMethod.GET, path, handler);
  }

  Routes post(String path, HandlerFunction<ServerResponse> handler) {
    return route(HttpMethod.POST, path, handler);
  }

  Routes delete(String path, HandlerFunction<ServerResponse> handler) {
    return route(HttpMethod.DELETE, path, handler);
  }

  private Routes route(HttpMethod method, String path, HandlerFunction<ServerResponse> handler) {
    routes.computeIfAbsent(path, key -> new LinkedHashMap<>()).put(method, handler);
    return this;
  }

  /** The routes as WebFlux takes them; every response carries the load. */
  RouterFunction<ServerResponse> build() {
    RouterFunctions.Builder builder = RouterFunctions.route();
    routes.forEach(
        (path, methods) -> {
          methods.forEach(
              (method, handler) ->
                  builder.route(
                      RequestPredicates.path(path).and(RequestPredicates.method(method)), handler));
          builder.route(
              RequestPredicates.path(path), request -> wrongMethod(request, methods.keySet()));
        });
    return builder.filter(this::withLoad).build();
  }

  private Mono<ServerResponse> withLoad(
      ServerRequest request, HandlerFunction<ServerResponse> next) {
    ServerHttpResponse response = request.exchange().getResponse();
    response.beforeCommit(
        () -> Mono.fromRunnable(() -> slot.model().ifPresent(model -> addLoad(response, model))));
    return next.handle(request);
  }

  private void addLoad(ServerHttpResponse response, LoadedModel model) {
    LoadReport report = load.of(model);
    response.getHeaders().set(LoadReport.HEADER, "JSON " + mapper.writeValueAsString(report));
  }

  private static Mono<ServerResponse> wrongMethod(ServerRequest request, Set<HttpMethod> known) {
    String methods = known.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
    request.exchange().getResponse().getHeaders().set("Allow", methods);
    return Mono.error(
        new ApiException(
            HttpStatus.METHOD_NOT_ALLOWED,
            "%s %s (expected: %s)".formatted(request.method(), request.path(), methods),
            null,
            "method_not_allowed"));
  }
}
