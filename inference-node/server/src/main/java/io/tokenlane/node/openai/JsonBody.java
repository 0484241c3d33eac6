package io.tokenlane.node.openai;

import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.json.JsonMapper;

/** Reads request bodies: bounded, and parsed off the event loop. */
final class JsonBody {
  private static final Logger log = LoggerFactory.getLogger(JsonBody.class);

  private final JsonMapper mapper;
  private final int maxBytes;
  private final Scheduler scheduler;

  JsonBody(JsonMapper mapper, int maxBytes, Scheduler scheduler) {
    this.mapper = mapper;
    this.maxBytes = maxBytes;
    this.scheduler = scheduler;
  }

  /**
   * What is made of the body's fields, on the scheduler.
   *
   * @param use reads the fields and does all that may take much of stack or memory before it
   *     returns
   */
  <T> Mono<T> read(ServerHttpRequest request, Function<Fields, Mono<T>> use) {
    long announced = request.getHeaders().getContentLength();
    if (announced > maxBytes) {
      return Mono.error(tooLarge(announced + " bytes"));
    }
    return DataBufferUtils.join(request.getBody(), maxBytes)
        .onErrorMap(DataBufferLimitException.class, e -> tooLarge("more bytes"))
        .map(JsonBody::bytes)
        .defaultIfEmpty(new byte[0])
        .publishOn(scheduler)
        .flatMap(bytes -> answered(() -> use.apply(parse(bytes))));
  }

  /**
   * Answers what a request brings down: Reactor rethrows such errors to the scheduler's thread, and
   * whoever asked would wait for ever.
   */
  static <T> Mono<T> answered(Supplier<Mono<T>> answer) {
    try {
      return answer.get();
    } catch (StackOverflowError e) {
      log.warn("A request is nested too deeply, at {}", e.getStackTrace()[0]);
      return Mono.error(
          ApiException.badRequest(
              "body: nested or repeated too deeply (expected: less deeply)", "too_deep"));
    } catch (OutOfMemoryError e) {
      log.error("A request took all memory", e);
      return Mono.error(ApiException.outOfMemory());
    } catch (JacksonException e) {
      return Mono.error(
          ApiException.badRequest(
              "body: %s (expected: values that can be read)".formatted(e.getOriginalMessage()),
              "invalid_value"));
    }
  }

  private Fields parse(byte[] bytes) {
    try {
      return Fields.of(mapper.readTree(bytes));
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw ApiException.badRequest(
          "body: not JSON" + place + " (expected: an object)", "not_json");
    }
  }

  private ApiException tooLarge(String size) {
    return new ApiException(
        HttpStatus.CONTENT_TOO_LARGE,
        "body: " + size + " (expected: at most " + maxBytes + " bytes)",
        null,
        "body_too_large");
  }

  private static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }
}
