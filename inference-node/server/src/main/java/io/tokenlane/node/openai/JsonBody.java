package io.tokenlane.node.openai;

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
  private final JsonMapper mapper;
  private final int maxBytes;
  private final Scheduler scheduler;

  JsonBody(JsonMapper mapper, int maxBytes, Scheduler scheduler) {
    this.mapper = mapper;
    this.maxBytes = maxBytes;
    this.scheduler = scheduler;
  }

  /** The body's fields, on the scheduler. */
  Mono<Fields> read(ServerHttpRequest request) {
    long announced = request.getHeaders().getContentLength();
    if (announced > maxBytes) {
      return Mono.error(tooLarge(announced + " bytes"));
    }
    return DataBufferUtils.join(request.getBody(), maxBytes)
        .onErrorMap(DataBufferLimitException.class, e -> tooLarge("more bytes"))
        .map(JsonBody::bytes)
        .defaultIfEmpty(new byte[0])
        .publishOn(scheduler)
        .map(this::parse);
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
