package io.tokenlane.gateway.call;

import java.nio.ByteBuffer;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;

/** A request whose whole body is at hand, so that it can be sent again. */
public final class BodyRequest extends ServerHttpRequestDecorator {
  private final ByteBuffer body;
  private final DataBufferFactory buffers;
  private final HttpHeaders headers;

  private BodyRequest(ServerHttpRequest request, ByteBuffer body, DataBufferFactory buffers) {
    super(request);
    this.body = body;
    this.buffers = buffers;
    headers = FewFields.copy(request.getHeaders());
    headers.remove(HttpHeaders.TRANSFER_ENCODING);
    headers.remove(HttpHeaders.CONTENT_ENCODING);
    headers.setContentLength(body.remaining());
  }

  /** The exchange with {@code body} in place of its request's own. */
  public static ServerWebExchange with(ServerWebExchange exchange, ByteBuffer body) {
    BodyRequest request =
        new BodyRequest(exchange.getRequest(), body, exchange.getResponse().bufferFactory());
    return exchange.mutate().request(request).build();
  }

  /** The whole body, read-only. */
  public ByteBuffer content() {
    return body.asReadOnlyBuffer();
  }

  /** A copy of it. */
  public byte[] bytes() {
    byte[] bytes = new byte[body.remaining()];
    content().get(bytes);
    return bytes;
  }

  @Override
  public HttpHeaders getHeaders() {
    return headers;
  }

  @Override
  public Flux<DataBuffer> getBody() {
    return Flux.defer(() -> Flux.just(buffers.wrap(body.duplicate())));
  }
}
