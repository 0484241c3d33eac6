package io.tokenlane.gateway.console;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The built page and its parts, from the jar. It loads nothing from elsewhere, and may not. */
final class Pages {
  private static final String FOLDER = "console/";
  private static final Pattern PART =
      Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.(js|css|svg)");

  private static final Map<String, MediaType> TYPES =
      Map.of(
          "js", MediaType.parseMediaType("text/javascript;charset=utf-8"),
          "css", MediaType.parseMediaType("text/css;charset=utf-8"),
          "svg", MediaType.parseMediaType("image/svg+xml"));

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
          + " data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  Mono<ServerResponse> index() {
    return off(() -> read("index.html"))
        .flatMap(
            page ->
                guarded(ServerResponse.ok())
                    .contentType(MediaType.parseMediaType("text/html;charset=utf-8"))
                    .header("Cache-Control", "no-cache")
                    .bodyValue(page));
  }

  Mono<ServerResponse> part(String name) {
    return PART.matcher(name).matches()
        ? off(() -> found(name))
            .flatMap(part -> part.map(bytes -> served(name, bytes)).orElseGet(Pages::none))
        : none();
  }

  private static Optional<byte[]> found(String name) {
    return new ClassPathResource(FOLDER + "assets/" + name).exists()
        ? Optional.of(read("assets/" + name))
        : Optional.empty();
  }

  private static Mono<ServerResponse> served(String name, byte[] part) {
    return guarded(ServerResponse.ok())
        .contentType(TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), MediaType.ALL))
        .header("Cache-Control", "public, max-age=31536000, immutable")
        .bodyValue(part);
  }

  private static Mono<ServerResponse> none() {
    return ServerResponse.notFound().build();
  }

  /** Reads from the jar off the event loop. */
  private static <T> Mono<T> off(Callable<T> reading) {
    return Mono.fromCallable(reading).subscribeOn(Schedulers.boundedElastic());
  }

  /** What browsers are to refuse around the console. */
  static ServerResponse.BodyBuilder guarded(ServerResponse.BodyBuilder response) {
    return response
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cross-Origin-Resource-Policy", "same-origin");
  }

  private static byte[] read(String name) {
    try {
      return new ClassPathResource(FOLDER + name).getContentAsByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(FOLDER + name + ": missing (expected: in the jar)", e);
    }
  }

  /** Each part goes out as it comes. */
  static BodyInserter<Flux<DataBuffer>, ServerHttpResponse> streamed(Flux<DataBuffer> parts) {
    return (response, context) -> response.writeAndFlushWith(parts.map(Flux::just));
  }
}
