package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.Opening;
import io.tokenlane.prefetch.http.ByteRange;
import io.tokenlane.prefetch.http.Conditional;
import io.tokenlane.prefetch.http.HttpFields;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Writes stored and passing answers as the request wants them: whole, in part, or not again. */
final class AnswerWriter {
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int PARTIAL_CONTENT = 206;
  private static final int NOT_MODIFIED = 304;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private AnswerWriter() {}

  /** A stored answer. */
  static Mono<Void> serve(
      ServerWebExchange exchange, Answer answer, HttpFields request, long nowNanos) {
    ServerHttpResponse response = exchange.getResponse();
    HttpHeaders headers = response.getHeaders();
    Fields.write(answer.fields(), headers);
    headers.set(HttpHeaders.AGE, Long.toString(answer.ageSeconds(nowNanos)));
    if (Conditional.notModified(request, answer.status(), answer.fields())) {
      return bodiless(response, NOT_MODIFIED);
    }
    if (answer.status() == NO_CONTENT) {
      return bodiless(response, NO_CONTENT);
    }
    if (answer.status() == PARTIAL_CONTENT) {
      return ofPart(response, answer, request);
    }
    Optional<ByteRange> range = range(exchange, answer, request);
    return range.isPresent()
        ? part(response, answer.body(), range.get())
        : whole(response, answer.status(), answer.body());
  }

  /** A stored answer of a model as a stream. */
  static Mono<Void> tell(
      ServerWebExchange exchange, Answer answer, CacheRule.Told told, long nowNanos) {
    ServerHttpResponse response = exchange.getResponse();
    HttpHeaders headers = response.getHeaders();
    Fields.write(answer.fields(), headers);
    headers.set(HttpHeaders.CONTENT_TYPE, "text/event-stream;charset=UTF-8");
    headers.set(HttpHeaders.AGE, Long.toString(answer.ageSeconds(nowNanos)));
    response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
    DataBufferFactory buffers = response.bufferFactory();
    Flux<DataBuffer> events = Flux.fromIterable(told.events()).map(buffers::wrap);
    return told.pause().isZero()
        ? response.writeWith(Mono.fromSupplier(() -> buffers.wrap(joined(told.events()))))
        : response.writeAndFlushWith(events.delayElements(told.pause()).map(Flux::just));
  }

  private static ByteBuffer joined(List<ByteBuffer> events) {
    ByteBuffer all = ByteBuffer.allocate(events.stream().mapToInt(ByteBuffer::remaining).sum());
    events.forEach(event -> all.put(event.duplicate()));
    return all.flip();
  }

  private static Mono<Void> ofPart(ServerHttpResponse response, Answer part, HttpFields request) {
    response.setStatusCode(HttpStatusCode.valueOf(PARTIAL_CONTENT));
    String asked = request.first("Range").orElse("");
    Optional<ByteRange> inside = StoredPart.within(asked, part.fields(), part.body());
    int from = inside.map(range -> (int) range.first()).orElse(0);
    int length = inside.map(range -> (int) range.length()).orElse(part.body().remaining());
    if (inside.isPresent()) {
      response.getHeaders().set(HttpHeaders.CONTENT_RANGE, StoredPart.place(asked, part.fields()));
    }
    response.getHeaders().setContentLength(length);
    return write(response, part.body().slice(from, length));
  }

  private static Optional<ByteRange> range(
      ServerWebExchange exchange, Answer answer, HttpFields request) {
    boolean wanted =
        answer.status() == OK
            && exchange.getRequest().getMethod().equals(HttpMethod.GET)
            && Conditional.rangeApplies(request, answer.fields());
    return wanted
        ? request.first("Range").flatMap(r -> ByteRange.of(r, answer.body().remaining()))
        : Optional.empty();
  }

  private static Mono<Void> bodiless(ServerHttpResponse response, int status) {
    response.setStatusCode(HttpStatusCode.valueOf(status));
    return response.setComplete();
  }

  private static Mono<Void> part(ServerHttpResponse response, ByteBuffer body, ByteRange range) {
    int length = body.remaining();
    response.getHeaders().set(HttpHeaders.CONTENT_RANGE, range.contentRange(length));
    if (!range.satisfiable()) {
      response.getHeaders().setContentLength(0);
      return bodiless(response, RANGE_NOT_SATISFIABLE);
    }
    response.setStatusCode(HttpStatusCode.valueOf(PARTIAL_CONTENT));
    response.getHeaders().setContentLength(range.length());
    return write(response, body.slice((int) range.first(), (int) range.length()));
  }

  private static Mono<Void> whole(ServerHttpResponse response, int status, ByteBuffer body) {
    response.setStatusCode(HttpStatusCode.valueOf(status));
    response.getHeaders().setContentLength(body.remaining());
    // Of a HEAD's answer Spring sends the fields alone.
    return write(response, body.duplicate());
  }

  private static Mono<Void> write(ServerHttpResponse response, ByteBuffer body) {
    return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
  }

  /** An answer on its way; the ride ends with the writing, also where that never began to read. */
  static Mono<Void> ride(ServerWebExchange exchange, Opening opening, Ride ride) {
    ServerHttpResponse response = exchange.getResponse();
    Fields.write(opening.fields(), response.getHeaders());
    HttpFields request = Fields.of(exchange.getRequest().getHeaders());
    if (opening.status() == OK && Conditional.notModified(request, OK, opening.fields())) {
      ride.leave();
      response.getHeaders().remove(HttpHeaders.CONTENT_LENGTH);
      return bodiless(response, NOT_MODIFIED);
    }
    response.setStatusCode(HttpStatusCode.valueOf(opening.status()));
    MediaType type = response.getHeaders().getContentType();
    boolean events = type != null && type.isCompatibleWith(MediaType.TEXT_EVENT_STREAM);
    Flux<DataBuffer> body = ride.body();
    Mono<Void> written =
        events ? response.writeAndFlushWith(body.map(Flux::just)) : response.writeWith(body);
    return written.doFinally(end -> ride.leave());
  }
}
