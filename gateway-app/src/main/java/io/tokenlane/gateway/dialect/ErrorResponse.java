package io.tokenlane.gateway.dialect;

import io.tokenlane.gateway.call.BodyWatch;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads the body of an error as a whole; of one that is longer than any server's error only the
 * status goes on.
 */
final class ErrorResponse extends BodyWatch {
  private static final int MOST_BODY = 64 * 1024;

  ErrorResponse(ServerHttpResponse delegate) {
    super(delegate);
  }

  @Override
  protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
    HttpStatusCode status = getStatusCode();
    HttpHeaders fields = getHeaders();
    boolean encoded = fields.getFirst(HttpHeaders.CONTENT_ENCODING) != null;
    if (status == null || !status.isError() || encoded) {
      return body;
    }
    fields.remove(HttpHeaders.CONTENT_LENGTH);
    return DataBufferUtils.join(body, MOST_BODY)
        .onErrorResume(DataBufferLimitException.class, tooLong -> Mono.empty())
        .defaultIfEmpty(bufferFactory().wrap(new byte[0]))
        .map(buffer -> said(status.value(), buffer))
        .flux();
  }

  private DataBuffer said(int status, DataBuffer buffer) {
    byte[] came = new byte[buffer.readableByteCount()];
    buffer.read(came);
    DataBufferUtils.release(buffer);
    byte[] goes =
        ErrorDialect.openAi(status, came)
            .map(
                body -> {
                  getHeaders().setContentType(MediaType.APPLICATION_JSON);
                  return body;
                })
            .orElse(came);
    getHeaders().setContentLength(goes.length);
    return bufferFactory().wrap(goes);
  }
}
